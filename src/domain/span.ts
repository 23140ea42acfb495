/**
 * A stretch of one file's text.
 * `start` and `end` are UTF-16 offsets into the decoded text, end exclusive: `text.slice(start, end)` is the stretch.
 * Lines are 1-based and inclusive.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
}
