/** What a ranked query asks for: its terms, and what kind of question it is. */
import { LIMITS } from '../../base/mod.ts';
import { identifiersOf, partsOf, stem } from '../../words/mod.ts';

/** Words of English questions that name nothing in code. */
const STOP_WORDS = new Set(
  ('a an and any are as at be been being but by can could did do does doing each for from had has have having how i if in into is it its me my of on or our over ' +
    'should so some such than that the their them then there these they this those through to under up us was we were what when where which while who ' +
    'why will with would you your about after all also another because before between both during few find get give given happens happen here kind like made make many ' +
    'may might more most much must need no not only other out own same show tell too us use used uses using very want way ways work works').split(/\s+/),
);

/** Words of a question that are compared one by one with names. */
const SINGLE_WORDS = 16;

export interface QueryTerm {
  readonly term: string;
  /** Share of a whole word's weight: 1 for a word, less for the parts of a compound. */
  readonly weight: number;
}

export interface Question {
  readonly terms: readonly QueryTerm[];
  /** Identifiers as typed that look like names in code: compound, qualified, or the whole query. */
  readonly names: readonly string[];
  /** The single words that name something, each with the term it is in the index. */
  readonly words: readonly { readonly word: string; readonly term: string }[];
  /** The whole query is one name. */
  readonly isName: boolean;
  /** Folders and files that the ranker puts lower unless the question is about them. */
  readonly asksFor: { readonly tests: boolean; readonly examples: boolean; readonly documents: boolean; readonly vendored: boolean; readonly configuration: boolean; readonly platform: boolean };
  /** Versions that the question names: `v3` gives 3. */
  readonly versions: readonly number[];
}

const ASKS_TESTS = /\b(?:tests?|testing|specs?|fixtures?|mocks?|unittests?)\b/i;
const ASKS_EXAMPLES = /\b(?:examples?|samples?|demos?|tutorials?|benchmarks?|bench)\b/i;
const ASKS_DOCUMENTS = /\b(?:docs?|documentation|readme|changelog|guides?|manual|licen[cs]e)\b/i;
const ASKS_VENDORED = /\b(?:vendor(?:ed)?|third[- ]party|generated)\b/i;
const ASKS_CONFIGURATION = /\b(?:config(?:uration)? files?|workflows?|ci|dockerfile|makefile|package\.json|manifest|yaml|toml|json)\b/i;
const ASKS_PLATFORM = /\b(?:win(?:32|64|dows)?|cygwin|os390|os400|aix|ibmi|sunos|solaris|haiku|vms|amiga|wasi|qnx|platforms?|portab\w+)\b/i;

export function understand(words: string): Question {
  const identifiers = identifiersOf(words);
  const isName = /^[\w$.:#\\/>-]+$/.test(words.trim()) && identifiers.length > 0 && identifiers.length <= 4;
  const meaning = isName ? identifiers : identifiers.filter((word) => !STOP_WORDS.has(word.toLowerCase()));
  const kept = meaning.length > 0 ? meaning : identifiers;
  const weights = new Map<string, number>();
  const put = (term: string, weight: number): void => {
    weights.set(term, Math.max(weights.get(term) ?? 0, weight));
  };
  for (const identifier of kept) {
    const parts = partsOf(identifier);
    if (parts.length === 1) put(stem(parts[0] as string), 1);
    else if (parts.length > 1) {
      put(parts.join(''), 1);
      for (const part of parts) if (part.length > 1) put(stem(part), 0.5);
    }
  }
  joinNeighbours(kept, put);
  return {
    terms: [...weights].slice(0, LIMITS.queryTerms).map(([term, weight]) => ({ term, weight })),
    words: [...new Set(kept.flatMap(partsOf))].filter((word) => word.length > 1).slice(0, SINGLE_WORDS).map((word) => ({ word, term: stem(word) })),
    names: isName ? [identifiers[identifiers.length - 1] as string] : kept.filter((word, i) => partsOf(word).length > 1 || /^[A-Z]{2,}$/.test(word) || (i > 0 && /^[A-Z]/.test(word))),
    isName,
    asksFor: {
      tests: ASKS_TESTS.test(words), examples: ASKS_EXAMPLES.test(words), documents: ASKS_DOCUMENTS.test(words),
      vendored: ASKS_VENDORED.test(words), configuration: ASKS_CONFIGURATION.test(words), platform: ASKS_PLATFORM.test(words),
    },
    versions: [...words.matchAll(/\bv(\d{1,3})\b/gi)].map((match) => Number(match[1])),
  };
}

/** Neighbouring words are often one identifier in code: `rate limit` is `rateLimit`, `RATE_LIMIT` and `ratelimit`. */
function joinNeighbours(words: readonly string[], put: (term: string, weight: number) => void): void {
  if (words.length > 8) return;
  for (let i = 0; i + 1 < words.length; i++) {
    const first = (words[i] as string).toLowerCase();
    const second = (words[i + 1] as string).toLowerCase();
    if (partsOf(words[i] as string).length === 1 && partsOf(words[i + 1] as string).length === 1) put(first + second, 0.6);
  }
}
