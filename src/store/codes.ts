import { BLOCK_KINDS, SKIP_REASONS, TEXT_ONLY_REASONS, type BlockKind, type SkipReason, type TextOnlyReason, type ViewKind } from '../domain/mod.ts';

/** Order is stored: append only. */
const VIEW_KINDS: readonly ViewKind[] = ['worktree', 'branch', 'commit'];

const codeIn = <Name extends string>(names: readonly Name[], name: Name): number => {
  const code = names.indexOf(name);
  if (code < 0) throw new RangeError(`"${name}" is none of ${names.join(', ')}`);
  return code;
};
const nameIn = <Name extends string>(names: readonly Name[], code: number): Name => {
  const name = names[code];
  if (name === undefined) throw new RangeError(`code ${code} is unknown; the database was written by a newer program`);
  return name;
};

export const viewKindCode = (kind: ViewKind): number => codeIn(VIEW_KINDS, kind);
export const viewKindName = (code: number): ViewKind => nameIn(VIEW_KINDS, code);
export const blockKindCode = (kind: BlockKind): number => codeIn(BLOCK_KINDS, kind);
export const blockKindName = (code: number): BlockKind => nameIn(BLOCK_KINDS, code);
export const skipCode = (reason: SkipReason | null): number | null => (reason === null ? null : codeIn(SKIP_REASONS, reason));
export const skipName = (code: number | null): SkipReason | null => (code === null ? null : nameIn(SKIP_REASONS, code));
export const textOnlyCode = (reason: TextOnlyReason | null): number | null => (reason === null ? null : codeIn(TEXT_ONLY_REASONS, reason));
export const textOnlyName = (code: number | null): TextOnlyReason | null => (code === null ? null : nameIn(TEXT_ONLY_REASONS, code));
