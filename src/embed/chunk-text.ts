import type { SymbolFact } from '../domain/mod.ts';
import type { FileToEmbed } from './port.ts';

/**
 * One text for each chunk, for models that read prose and code as it stands: language and names first, then signature
 * and doc, then the body, cut to `limit` characters from the end, where a chunk says least about what it is for.
 * No path: contents are addressed by what they hold and shared by all paths and branches that hold them, so words of
 * the path are added where a query is ranked.
 */
export function chunkTexts(file: FileToEmbed, limit: number): string[] {
  const { text, facts } = file;
  return facts.chunks.map(({ span, symbol }) => {
    const body = text.slice(span.start, span.end).trim();
    if (body === '') return '';
    const own = facts.symbols[symbol];
    return cut([headOf(file, own, span), body].filter((part) => part !== '').join('\n'), limit);
  });
}

/** What the body does not say itself: the symbol's names, and its head and doc where another chunk holds them. */
function headOf({ language, text, facts }: FileToEmbed, own: SymbolFact | undefined, span: { readonly start: number; readonly end: number }): string {
  if (own === undefined) return language;
  const container = facts.symbols[own.container];
  const name = container === undefined ? own.name : `${container.name}.${own.name}`;
  const outside = (start: number, end: number): string => (start < 0 || (start >= span.start && end <= span.end) ? '' : folded(text.slice(start, end)));
  return [`${language} ${own.kind.replaceAll('_', ' ')} ${name}`, outside(own.signatureStart, own.signatureEnd), outside(own.docStart, own.docEnd)]
    .filter((part) => part !== '').join('\n');
}

function folded(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Never through the middle of a surrogate pair: half a character is no text. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}
