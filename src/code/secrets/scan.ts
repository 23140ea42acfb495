import { createHash } from 'node:crypto';
import type { MaskedSecret } from '../../domain/mod.ts';
import { trigramsOf } from '../trigrams.ts';
import { ASSIGNED } from './assignments.ts';
import { inSecretFile, isSecretFile } from './files.ts';
import { PRIVATE_KEY } from './private-keys.ts';
import type { Match, SecretRule, Stretch } from './rule.ts';
import { TOKENS } from './tokens.ts';

/** In the order in which they claim a stretch of text. */
const RULES: readonly SecretRule[] = [PRIVATE_KEY, ...TOKENS, ASSIGNED];

export interface Masked {
  /** As long as the text that was given, with the same lines. */
  readonly text: string;
  /** In order of the text. */
  readonly findings: readonly MaskedSecret[];
}

/** Findings of one text; what is beyond is masked too. */
const FINDINGS_LISTED = 200;

/** Hides what looks like a secret behind stars. `allowed`: digests of texts that are none. */
export function maskSecrets(text: string, path: string, allowed: ReadonlySet<string>, searches: readonly Search[] = EVERYTHING): Masked {
  const found = matchesIn(text, path, searches).map((match) => ({ ...match, sha256: createHash('sha256').update(text.slice(match.at, match.at + match.length)).digest('hex') }));
  const matches = found.filter(({ sha256 }) => !allowed.has(sha256)).sort((a, b) => a.at - b.at);
  if (matches.length === 0) return { text, findings: [] };
  const pieces: string[] = [];
  let end = 0;
  for (const { at, length } of matches.flatMap(({ hidden }) => hidden).sort((a, b) => a.at - b.at)) {
    pieces.push(text.slice(end, at), '*'.repeat(length));
    end = at + length;
  }
  pieces.push(text.slice(end));
  return { text: pieces.join(''), findings: placed(text, matches) };
}

/** A rule and those of its literals that may be in a text. */
export interface Search {
  readonly rule: SecretRule;
  readonly literals: readonly string[];
}

/** What may find something in a text with these trigrams; null where nothing can, at this path too. */
export function searchesFor(trigrams: Uint32Array, path: string): readonly Search[] | null {
  const present = PRESENT.fill(0);
  for (let at = 0; at < trigrams.length; at++) {
    const key = trigrams[at] as number;
    let slot = Math.imul(key, 0x9e3779b1) >>> 19;
    let anchor = SLOTS[slot] as number;
    while (anchor !== 0) {
      if (KEYS[anchor] === key) present[anchor] = 1;
      slot = (slot + 1) & 8_191;
      anchor = SLOTS[slot] as number;
    }
  }
  const searches = LITERALS.flatMap(({ rule, literals }) => {
    const there = literals.filter(({ anchors }) => anchors.every((anchor) => present[anchor] === 1)).map(({ literal }) => literal);
    return there.length === 0 ? [] : [{ rule, literals: there }];
  });
  return searches.length === 0 && !isSecretFile(path) ? null : searches;
}

/** The trigrams that literals have, each once. */
const ANCHORS: readonly number[] = [...new Set(RULES.flatMap(({ literals }) => literals.flatMap((literal) => trigramsOf(literal))))];
const KEYS = Uint32Array.from([0, ...ANCHORS]);
const PRESENT = new Uint8Array(KEYS.length);
const NUMBERS = new Map(ANCHORS.map((key, at) => [key, at + 1]));
const LITERALS = RULES.map((rule) => ({
  rule, literals: rule.literals.map((literal) => ({ literal, anchors: trigramsOf(literal).map((key) => NUMBERS.get(key) as number) })),
}));
/** Anchor + 1 by hash, open addressing: asked for every trigram of every file, so it stays small enough for the nearest cache. */
const SLOTS = new Uint16Array(1 << 13);
for (const [at, key] of ANCHORS.entries()) {
  let slot = Math.imul(key, 0x9e3779b1) >>> 19;
  while (SLOTS[slot] !== 0) slot = (slot + 1) & (SLOTS.length - 1);
  SLOTS[slot] = at + 1;
}

const EVERYTHING: readonly Search[] = RULES.map((rule) => ({ rule, literals: rule.literals }));

type Claimed = Match & { readonly rule: string };

function matchesIn(text: string, path: string, searches: readonly Search[]): readonly Claimed[] {
  // Known formats name a secret better than the file that it stands in.
  const claimed: Claimed[] = [];
  let taken: Uint8Array | null = null;
  const claim = (match: Claimed): void => {
    taken ??= new Uint8Array(text.length);
    const end = match.at + match.length;
    // What the former claims show of a secret stays shown, and what reaches beyond them is hidden too.
    const hidden = match.hidden.flatMap((part) => freeWithin(taken as Uint8Array, part));
    if (hidden.length === 0 || !taken.subarray(match.at, end).includes(0)) return;
    taken.fill(1, match.at, end);
    claimed.push({ ...match, hidden });
  };
  let lower: string | null = null;
  for (const { rule, literals } of searches) {
    const within = rule.folded ? (lower ??= lowered(text)) : text;
    for (const literal of literals) {
      for (let at = within.indexOf(literal); at >= 0; ) {
        const match = rule.find(text, at, path);
        if (match !== null) claim({ ...match, rule: rule.name });
        at = within.indexOf(literal, match === null ? at + literal.length : Math.max(match.at + match.length, at + literal.length));
      }
    }
  }
  for (const match of inSecretFile(text, path)) claim(match);
  return claimed;
}

/** The stretches of `part` that nobody took. */
function freeWithin(taken: Uint8Array, part: Stretch): Stretch[] {
  const within = taken.subarray(part.at, part.at + part.length);
  const free: Stretch[] = [];
  for (let from = within.indexOf(0); from >= 0; ) {
    const next = within.indexOf(1, from);
    const to = next < 0 ? within.length : next;
    free.push({ at: part.at + from, length: to - from });
    from = next < 0 ? -1 : within.indexOf(0, next);
  }
  return free;
}

/** In lower case unit by unit: some letters become longer otherwise. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function placed(text: string, matches: readonly (Claimed & { readonly sha256: string })[]): MaskedSecret[] {
  let line = 1;
  let start = 0;
  return matches.slice(0, FINDINGS_LISTED).map(({ rule, at, length, sha256 }) => {
    for (let next = text.indexOf('\n', start); next >= 0 && next < at; next = text.indexOf('\n', start)) {
      line++;
      start = next + 1;
    }
    return { rule, line, column: at - start + 1, length, sha256 };
  });
}
