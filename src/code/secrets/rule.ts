/** A stretch of a text in UTF-16 units. */
export interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** What a rule found. The stretch is the whole secret, whose digest can be allowed; `hidden` are its parts to be masked, within lines. */
export interface Match extends Stretch {
  readonly hidden: readonly Stretch[];
}

/**
 * One kind of secret. Candidates are found by a literal that every such secret has, so that a text without it costs
 * nothing; `find` looks at one candidate and reads a bounded stretch of the text around it.
 */
export interface SecretRule {
  /** Stable, for people and for lists: `github-token`. */
  readonly name: string;
  /** In lower case where `folded`, which finds them in any case. Three units or more. */
  readonly literals: readonly string[];
  readonly folded: boolean;
  /** Looks at the literal that stands at `at`. */
  find(text: string, at: number, path: string): Match | null;
}

/** A match that hides all but its first `keep` units. */
export function matchOf(at: number, length: number, keep: number): Match {
  const kept = Math.min(keep, length - 1);
  return { at, length, hidden: [{ at: at + kept, length: length - kept }] };
}
