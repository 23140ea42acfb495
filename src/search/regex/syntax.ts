import type { CharSet } from './sets.ts';

/** The tree of a regex. Groups are not kept: only whole matches are shown. */
export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  /** `most` is Infinity where there is no bound. */
  | { readonly kind: 'repeat'; readonly item: Node; readonly least: number; readonly most: number; readonly greedy: boolean }
  | { readonly kind: 'assert'; readonly what: Assertion };

export type Assertion = 'line_start' | 'line_end' | 'text_start' | 'text_end' | 'word_boundary' | 'not_word_boundary' | 'word_start' | 'word_end';

export interface Pattern {
  readonly node: Node;
  /** The pattern names a line break, so a match may reach over lines; else every match lies within one line. */
  readonly multiline: boolean;
}

export const EMPTY: Node = { kind: 'sequence', items: [] };

/** Every node, parents first. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  if (node.kind === 'sequence' || node.kind === 'choice') for (const item of node.items) yield* nodesOf(item);
  else if (node.kind === 'repeat') yield* nodesOf(node.item);
}
