import type { OutlineItem, ReadAnswer } from '../../search/mod.ts';
import { pathText } from '../../service/mod.ts';
import { tame, type Paint, type Terminal } from './terminal.ts';

export function readLines(answer: ReadAnswer, paint: Paint, terminal: Pick<Terminal, 'quiet'>): readonly string[] {
  if (answer.map.length > 0) return answer.map.flatMap((file) => [paint.path(pathText(file.path)), ...outlineLines(file.symbols, paint), '']);
  if (answer.text === '') return outlineLines(answer.outline, paint);
  const texts = answer.text.replace(/\r?\n$/, '').split(/\r?\n/);
  const width = String(answer.startLine + texts.length).length;
  const lines = texts.map((text, index) => `${paint.line(String(answer.startLine + index).padStart(width))} ${tame(text)}`);
  if (!terminal.quiet && answer.truncated) lines.push(paint.dim(`cut at line ${answer.startLine + texts.length - 1} of ${answer.totalLines}`));
  if (!terminal.quiet && answer.fileFreshness === 'stale') lines.push(paint.dim('stale: the file changed on disk after it was indexed'));
  return lines;
}

function outlineLines(items: readonly OutlineItem[], paint: Paint): readonly string[] {
  const width = Math.max(1, ...items.map((item) => String(item.startLine).length));
  return items.map((item) => {
    const signature = tame(item.signature ?? item.name).replaceAll(/\s+/g, ' ');
    const kind = signature === item.name ? `${paint.dim(item.kind)} ` : '';
    return `${paint.line(String(item.startLine).padStart(width))} ${'  '.repeat(item.depth)}${kind}${signature}`;
  });
}
