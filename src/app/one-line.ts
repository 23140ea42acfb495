/**
 * A sentence for a terminal or a log of lines. What others named may be in it: a line break would let them write lines of
 * their own, and a control sign would be obeyed by the terminal of whoever reads the log.
 */
export function inOneLine(sentence: string): string {
  return sentence.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
