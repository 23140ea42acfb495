/** Doc comments: those directly above a definition, through decorators and modifiers, consecutive line comments as one. */

/** A line that may stand between a comment and what it describes: an attribute, a decorator, a template's head, modifiers. */
const BETWEEN_LINE = /^(?:@.*|#!?\[.*|\[.*\],?|template\b.*|(?:(?:export|default|declare|pub|public|private|protected|internal|static|final|abstract|async|inline|const|let|var|type|unsafe|extern|virtual|override|sealed|partial|open|data|local)\b\s*)*)$/;
const NEAR_CHARS = 600;

/**
 * The comment that ends right above `start`. `comments` are sorted, non-overlapping [start, end) pairs.
 * A blank line cuts the tie, and so does code on the comment's own line.
 */
export function docBefore(text: string, start: number, comments: readonly number[]): { start: number; end: number } | null {
  let index = lastBefore(comments, start);
  if (index < 0) return null;
  const end = comments[index + 1] as number;
  if (start - end > NEAR_CHARS || !opensLine(text, comments[index] as number)) return null;
  const between = text.slice(end, start).split('\n').map((line) => line.trim());
  for (let i = 0; i < between.length; i++) {
    const isInside = i > 0 && i < between.length - 1;
    if ((isInside && between[i] === '') || !BETWEEN_LINE.test(between[i] as string)) return null;
  }
  while (index >= 2) {
    const above = text.slice(comments[index - 1] as number, comments[index] as number);
    if (above.trim() !== '' || newlines(above) > 1 || !opensLine(text, comments[index - 2] as number)) break;
    index -= 2;
  }
  return { start: comments[index] as number, end };
}

/** Index of the last pair that ends at or before `offset`, or -1. */
function lastBefore(comments: readonly number[], offset: number): number {
  let low = 0;
  let high = comments.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((comments[middle * 2 + 1] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return (low - 1) * 2;
}

function opensLine(text: string, offset: number): boolean {
  for (let at = offset - 1; at >= 0; at--) {
    const unit = text.charCodeAt(at);
    if (unit === 10) return true;
    if (unit > 32 && unit !== 0xfeff) return false;
  }
  return true;
}

function newlines(gap: string): number {
  let count = 0;
  for (let at = gap.indexOf('\n'); at !== -1; at = gap.indexOf('\n', at + 1)) count++;
  return count;
}
