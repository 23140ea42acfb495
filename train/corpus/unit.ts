/** The unit: what one line of the corpus says. Keys are short because there are millions of them. */
export const UNIT_KINDS = ['function', 'class', 'file', 'section', 'changelog'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

export interface Unit {
  /** Package: `debian/gsl`, `npm/mnemonist`. */
  readonly p: string;
  /** Language, as the engine names it; `text` for sections, and for changelog entries of unknown files. */
  readonly l: string;
  /** Path within the package. */
  readonly f: string;
  readonly k: UnitKind;
  /** Name of the symbol, the file (without its ending) or the heading. */
  readonly n: string;
  /** Name of the class, module or section around it, or empty. */
  readonly c: string;
  /** The head of the definition without its body, white space folded, at most 300 characters. */
  readonly s: string;
  /** What its doc comment says, at most 800 characters, or empty. */
  readonly d: string;
  /** What follows the head, without the doc (function); heads of the members (class, file); text (section). At most 2,000 characters. */
  readonly b: string;
  /** Distinct names that it calls, at most 30. */
  readonly x: readonly string[];
  /** 1 in a test. */
  readonly t: 0 | 1;
}

export const UNIT_LIMITS = {
  signatureChars: 300,
  bodyChars: 2_000,
  sectionChars: 1_200,
  calls: 30,
  /** Units of one package; more are drawn by lot. */
  unitsPerPackage: 15_000,
  sectionsPerPackage: 200,
  changesPerPackage: 3_000,
} as const;

/** Cuts at the end of a line where one is near, else at the limit. */
export function cutAtLine(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf('\n', most);
  return text.slice(0, end > most / 2 ? end : most);
}
