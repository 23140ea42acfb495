import { FAMILY, type Features, type Sketch } from './sketch.ts';
import type { Scored } from './compared.ts';

const NAMED = 5;
/** Words so common in the scope tell nothing. */
const LEAST_WEIGHT = 0.8;
const LEAST_LITERAL_WEIGHT = 0.3;

/** Which words, literals and shape a stretch shares with what was asked, the most telling first. */
export function reasonsOf(asked: Sketch, { sketch, meaning }: Scored): string[] {
  const out: string[] = [];
  const words = shared(asked, sketch.sketch, sketch.families[FAMILY.theme]?.weights, FAMILY.theme, LEAST_WEIGHT);
  if (words.length > 0) out.push(`same words: ${words.join(', ')}`);
  const literals = shared(asked, sketch.sketch, sketch.families[FAMILY.literals]?.weights, FAMILY.literals, LEAST_LITERAL_WEIGHT);
  if (literals.length > 0) out.push(`same ${literals.some((literal) => literal.startsWith('"')) ? 'literals' : 'numbers'}: ${literals.join(', ')}`);
  const shape = sameShape(asked, sketch.sketch);
  if (shape.length > 0) out.push(`same shape: ${shape.join(', ')}`);
  if (meaning.best > 0.3) out.push(`near in meaning: ${meaning.best.toFixed(2)}`);
  return out.length > 0 ? out : ['alike in structure'];
}

function shared(asked: Sketch, found: Sketch, weights: Float32Array | undefined, family: number, least: number): string[] {
  const { hashes } = found.families[family] as Features;
  const own = new Set((asked.families[family] as Features).hashes);
  const out: { text: string; weight: number }[] = [];
  hashes.forEach((hash, at) => {
    const text = asked.spelled.get(hash);
    const weight = weights?.[at] ?? 0;
    if (own.has(hash) && text !== undefined && weight >= least) out.push({ text, weight });
  });
  return out.sort((a, b) => b.weight - a.weight || (a.text < b.text ? -1 : 1)).slice(0, NAMED).map(({ text }) => text);
}

function sameShape(asked: Sketch, found: Sketch): string[] {
  const [a, b] = [asked.counts, found.counts];
  const out: string[] = [];
  if (a.loops > 0 && a.loops === b.loops) out.push(`${a.loops} ${a.loops === 1 ? 'loop' : 'loops'}`);
  if (a.deepest > 1 && a.deepest === b.deepest) out.push(`nested ${a.deepest} deep`);
  if (a.recursion > 0 && b.recursion > 0) out.push('recursion');
  if (a.branches > 1 && a.branches === b.branches) out.push(`${a.branches} branches`);
  return out;
}
