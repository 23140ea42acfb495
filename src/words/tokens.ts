/**
 * Terms: what documents and queries have in common in ranked search. The one place that says how text becomes terms.
 *
 * An identifier gives its parts, split at case changes, underscores and after digits, in lower case and stemmed;
 * one of several parts gives itself too, its parts joined without separators (`getUser` and `get_user`: `getuser`).
 */
import { classOf, DIGIT, LOWER, SEPARATOR, UNDERSCORE, UPPER } from './character-class.ts';
import { IdentifierScanner } from './identifiers.ts';
import { stem } from './stem.ts';

/** The parts of an identifier in lower case, not stemmed. `HTTPServer_v2` gives `http`, `server`, `v2`. */
export function partsOf(identifier: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let last = SEPARATOR;
  const cut = (to: number): void => {
    if (to > from) parts.push(identifier.slice(from, to).toLowerCase());
    from = to;
  };
  for (let at = 0; at < identifier.length; at++) {
    const kind = classOf(identifier.charCodeAt(at));
    if (kind === UNDERSCORE || kind === SEPARATOR) {
      cut(at);
      from = at + 1;
    } else if (kind === UPPER) {
      const next = at + 1 < identifier.length ? classOf(identifier.charCodeAt(at + 1)) : SEPARATOR;
      if (last === LOWER || last === DIGIT || (last === UPPER && next === LOWER)) cut(at);
    } else if (kind === LOWER && last === DIGIT) {
      cut(at);
    }
    last = kind;
  }
  cut(identifier.length);
  return parts;
}

/** The distinct terms of one identifier; see the head of this file. */
export function termsOfIdentifier(identifier: string): string[] {
  const parts = partsOf(identifier);
  if (parts.length === 1) return [stem(parts[0] as string)];
  const terms: string[] = [];
  for (const part of parts) {
    if (part.length === 1 && parts.length <= 3) continue;
    const stemmed = stem(part);
    if (!terms.includes(stemmed)) terms.push(stemmed);
  }
  const whole = parts.join('');
  if (parts.length > 1 && !terms.includes(whole)) terms.push(whole);
  return terms;
}

/** The identifiers of a text in order, with repeats. */
export function identifiersOf(text: string): string[] {
  const scanner = new IdentifierScanner();
  const found: string[] = [];
  for (let at = 0; scanner.next(text, at, text.length); at = scanner.to) found.push(text.slice(scanner.from, scanner.to));
  return found;
}

/** The terms of a text in order, with repeats: what a query or a snippet looks for. */
export function termsOf(text: string): string[] {
  return identifiersOf(text).flatMap(termsOfIdentifier);
}

/** The one term under which every use of a name is found (and possibly others); null for names that are no term. */
export function lookupTerm(name: string): string | null {
  const longest = identifiersOf(name).reduce((best, next) => (next.length > best.length ? next : best), '');
  const parts = partsOf(longest);
  if (parts.length === 0) return null;
  return parts.length === 1 ? stem(parts[0] as string) : parts.join('');
}
