import type { Answer } from '../../domain/mod.ts';

/** A token is about four characters of code. */
const CHARS_PER_TOKEN = 4;

interface Fitting {
  /** Runs the operation, with fewer results where `limit` is given. */
  run(limit?: number): Promise<unknown>;
  render(answer: unknown): string;
  readonly maxTokens: number | undefined;
  pages(answer: unknown): answer is Answer;
  readonly json: boolean;
}

/**
 * Renders an answer within a size. A page of results is asked for again with fewer of them, so that its cursor goes on
 * exactly where it ends; anything else is cut at a line with a note.
 */
export async function fitted({ run, render, maxTokens, pages, json }: Fitting): Promise<string> {
  const answer = await run();
  const text = render(answer);
  if (maxTokens === undefined || text.length <= maxTokens * CHARS_PER_TOKEN) return text;
  const room = maxTokens * CHARS_PER_TOKEN;
  if (!pages(answer) || answer.results.length === 0) return json ? text : cut(text, room);
  const fits = howManyFit(answer, room, render);
  const shorter = fits < answer.results.length ? await run(Math.max(1, fits)) : answer;
  const again = render(shorter);
  if (again.length <= room || !pages(shorter)) return again;
  const small = shortened(shorter, room, render(withResults(shorter, [])).length);
  return json ? render(small) : cut(render(small), room);
}

function howManyFit(answer: Answer, room: number, render: (answer: unknown) => string): number {
  let [least, most] = [0, answer.results.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (render(withResults(answer, answer.results.slice(0, middle))).length <= room) least = middle;
    else most = middle - 1;
  }
  return least;
}

function withResults(answer: Answer, results: Answer['results']): Answer {
  return { ...answer, results };
}

/** Even one result is too long: its snippet is cut. */
function shortened(answer: Answer, room: number, around: number): Answer {
  const each = Math.max(80, Math.floor((room - around) / answer.results.length) - 400);
  return withResults(answer, answer.results.map((one) => (one.snippet.length <= each ? one : { ...one, snippet: `${one.snippet.slice(0, each)}…` })));
}

function cut(text: string, room: number): string {
  const note = '\n… cut to max_tokens';
  if (text.length <= room) return text;
  const end = text.lastIndexOf('\n', Math.max(0, room - note.length));
  return `${text.slice(0, end > 0 ? end : Math.max(0, room - note.length))}${note}`;
}
