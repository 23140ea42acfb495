/** What the command line writes to, and how. Only this file knows escape codes. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** Colours on stdout. */
  readonly colour: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

export interface Paint {
  path(text: string): string;
  line(text: string): string;
  match(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

const plain = (text: string): string => text;
const code = (open: number, close: number) => (text: string): string => (text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`);
const bold = code(1, 22);
const red = code(31, 39);

export const PLAIN: Paint = { path: plain, line: plain, match: plain, dim: plain, bold: plain, good: plain, bad: plain };
export const COLOURS: Paint = {
  path: code(35, 39), line: code(32, 39), match: (text) => bold(red(text)), dim: code(2, 22), bold, good: code(32, 39), bad: red,
};

/** Control characters in indexed text must not steer the terminal; tabs stay. */
export function tame(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is taken out.
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
