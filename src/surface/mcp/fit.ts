import type { Answer } from '../../domain/mod.ts';
import { pointer, shorten, within } from './shares.ts';

/** A token is about four bytes of code; by bytes, text in other scripts costs what it costs a model. */
const BYTES_PER_TOKEN = 4;
/** Ranked results: the first few are read, so a small answer tells them well rather than many of them badly. */
const RESULTS_LEAST = 2;
const TOKENS_PER_RESULT = 400;
/** Less of a result does not tell what it is. */
const LEAST_CHARS = 240;
/** The best result stays whole up to this share of the room; a longer one leaves some to others. */
const FIRST_WHOLE = 0.8;

interface Fitting {
  /** Runs the operation, with fewer results where `limit` is given. */
  run(limit?: number): Promise<unknown>;
  render(answer: unknown): string;
  readonly maxTokens: number | undefined;
  pages(answer: unknown): answer is Answer;
  readonly json: boolean;
  /** Whether pages have cursors: what is left out of one is on the next. */
  readonly cursors: boolean;
}

/**
 * Renders an answer within a size. Of code, later results are shown shorter than the first; of a page of lines there are
 * fewer. Where results are left out, the answer is asked for again with fewer of them, so that its cursor goes on exactly
 * where it ends. Anything else is cut at a line with a note.
 */
export async function fitted({ run, render, maxTokens, pages, json, cursors }: Fitting): Promise<string> {
  const answer = await run();
  const text = render(answer);
  if (maxTokens === undefined || sizeOf(text) <= maxTokens * BYTES_PER_TOKEN) return text;
  const room = maxTokens * BYTES_PER_TOKEN;
  if (!pages(answer) || answer.results.length === 0) return json ? text : cut(text, room);
  const measure = (one: Answer): number => sizeOf(render(one));
  const fits = (one: Answer): boolean => measure(one) <= room;
  const code = answer.results.every(({ kind }) => kind === 'chunk' || kind === 'symbol');
  const firsts = (some: number): Answer => ({ ...answer, results: answer.results.slice(0, some) });
  const asTheyAre = greatest(answer.results.length, (some) => fits(firsts(some)));
  const most = code ? Math.min(answer.results.length, Math.max(asTheyAre, RESULTS_LEAST + Math.floor(maxTokens / TOKENS_PER_RESULT))) : asTheyAre;
  const whole = code && measure(leastOf(answer, 1, true)) <= room * FIRST_WHOLE;
  let page = answer;
  for (let count = greatest(most, (some) => !code || fits(leastOf(answer, some, whole))); count >= 1; count--) {
    page = await paged(answer, count, cursors ? run : null, pages);
    const shaped = code ? within(page, room, measure, whole) : page;
    if (shaped !== null && fits(shaped)) return render(shaped);
  }
  const bare = bareOf(page, fits);
  return json ? render(bare) : cut(render(bare), room);
}

/** Even one result is too long: its first line, and of that what there is room for. */
function bareOf(answer: Answer, fits: (answer: Answer) => boolean): Answer {
  const results = answer.results.map((one) => {
    const { neighbours: _neighbours, enclosing: _enclosing, alsoAt: _alsoAt, ...rest } = shorten(one, 0);
    return { ...rest, matches: [], why: [] };
  });
  for (let chars = Math.max(0, ...results.map(({ snippet }) => snippet.length)); ; chars = Math.floor(chars * 0.8)) {
    const bare = { ...answer, results: results.map((one) => (one.snippet.length <= chars ? one : { ...one, snippet: `${one.snippet.slice(0, chars)}…` })) };
    if (chars === 0 || fits(bare)) return bare;
  }
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}

/** The greatest number of results up to `most` with which an answer fits; at least one. */
function greatest(most: number, fits: (count: number) => boolean): number {
  let least = 1;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}

/** The first results as small as they are still worth showing, the best of them whole where there is room for it. */
function leastOf(answer: Answer, count: number, whole: boolean): Answer {
  return { ...answer, results: answer.results.slice(0, count).map((one, at) => (whole && at === 0 ? one : at === 0 ? shorten(one, LEAST_CHARS) : pointer(one, LEAST_CHARS))) };
}

/** A page of `count` results with the cursor that goes on behind it; where there are no pages, a note says what is left out. */
async function paged(answer: Answer, count: number, run: Fitting['run'] | null, pages: Fitting['pages']): Promise<Answer> {
  if (count >= answer.results.length) return answer;
  const left = answer.results.length - count;
  const note = `${left} further ${left === 1 ? 'result is' : 'results are'} left out to fit max_tokens; a larger one shows ${left === 1 ? 'it' : 'them'}.`;
  if (run === null) return { ...answer, results: answer.results.slice(0, count), notes: [...answer.notes, note] };
  const shorter = await run(count);
  if (!pages(shorter)) throw new TypeError('A page of results became something else.');
  return shorter;
}

function cut(text: string, room: number): string {
  const note = '\n… cut to max_tokens';
  if (sizeOf(text) <= room) return text;
  const kept = Buffer.from(text).subarray(0, Math.max(0, room - sizeOf(note))).toString('utf8').replace(/\uFFFD$/, '');
  const end = kept.lastIndexOf('\n');
  return `${end > 0 ? kept.slice(0, end) : kept}${note}`;
}
