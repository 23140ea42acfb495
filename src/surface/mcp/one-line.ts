/** C0 and C1 controls but for the tab, and the line and paragraph separators: what some reader takes for the end of a line. */
// oxlint-disable-next-line no-control-regex -- these are what is replaced.
const BREAKS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * Text of a repository as one line of an answer. A lone carriage return or a separator in a file would else let its text
 * begin a line that looks like one of ours.
 */
export function inOneLine(text: string): string {
  return text.replaceAll(BREAKS, (unit) => {
    const code = unit.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\u2424';
  });
}
