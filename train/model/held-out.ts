/** How well a table finds code by its doc or its name, in packages that it never saw. */
import { DIMENSIONS } from './kernel.ts';
import type { Texts } from './texts.ts';
import type { Units } from './prepare.ts';

const QUESTIONS = 100;
const MOST_UNITS = 1_000;
const LEAST_UNITS = 60;

export interface HeldOutScores {
  readonly packages: number;
  readonly questions: number;
  /** Mean reciprocal rank among all functions and classes of the same package. */
  readonly doc: number;
  readonly name: number;
}

/** About one package in 40, by the hash of its name. */
export function heldOutPackages(units: Units): ReadonlySet<number> {
  const hash = (text: string): number => [...text].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) >>> 0, 7);
  return new Set(units.packages.flatMap((name, id) => (hash(name) % 40 === 3 ? [id] : [])));
}

export function scoreHeldOut(units: Units, texts: Texts, table: Float32Array, scale: Float32Array): HeldOutScores {
  const held = heldOutPackages(units);
  const byPackage = new Map<number, number[]>();
  for (let unit = 0; unit < units.count; unit++) {
    const of = units.packageOf[unit] as number;
    if (!held.has(of) || (units.kindOf[unit] as number) > 1 || units.testOf[unit] === 1) continue;
    const list = byPackage.get(of);
    if (list === undefined) byPackage.set(of, [unit]);
    else if (list.length < MOST_UNITS) list.push(unit);
  }
  const sums = { doc: 0, name: 0, docs: 0, names: 0, packages: 0 };
  for (const list of byPackage.values()) {
    if (list.length < LEAST_UNITS) continue;
    sums.packages++;
    const vectors = list.map((unit) => {
      texts.code(unit, false);
      return pooled(texts, table, null);
    });
    const rankOf = (question: Float32Array, answer: number): number => {
      const own = dot(question, vectors[answer] as Float32Array);
      let rank = 1;
      for (let other = 0; other < vectors.length; other++) if (other !== answer && dot(question, vectors[other] as Float32Array) > own) rank++;
      return rank;
    };
    const withDoc = [...list.keys()].filter((at) => wordsOf(units, list[at] as number, 3) >= 4);
    for (let i = 0; i < Math.min(QUESTIONS, withDoc.length); i++) {
      const at = withDoc[Math.floor((i * withDoc.length) / Math.min(QUESTIONS, withDoc.length))] as number;
      texts.question(list[at] as number, 'doc');
      sums.doc += 1 / rankOf(pooled(texts, table, scale), at);
      sums.docs++;
    }
    const withName = [...list.keys()].filter((at) => wordsOf(units, list[at] as number, 0) >= 3).slice(0, QUESTIONS);
    for (const at of withName) {
      texts.question(list[at] as number, 'name');
      const question = pooled(texts, table, scale);
      sums.name += 1 / rankOf(question, at);
      sums.names++;
    }
  }
  return { packages: sums.packages, questions: sums.docs + sums.names, doc: sums.doc / sums.docs, name: sums.name / sums.names };
}

function wordsOf(units: Units, unit: number, field: number): number {
  return (units.starts[unit * 5 + field + 1] as number) - (units.starts[unit * 5 + field] as number);
}

function pooled(texts: Texts, table: Float32Array, scale: Float32Array | null): Float32Array {
  const out = new Float32Array(DIMENSIONS);
  for (let i = 0; i < texts.length; i++) {
    const row = texts.rows[i] as number;
    const weight = (texts.weights[i] as number) * (scale === null ? 1 : (scale[row] as number));
    const from = row * DIMENSIONS;
    for (let k = 0; k < DIMENSIONS; k++) out[k] = (out[k] as number) + weight * (table[from + k] as number);
  }
  const length = Math.sqrt(dot(out, out)) || 1;
  for (let k = 0; k < DIMENSIONS; k++) out[k] = (out[k] as number) / length;
  return out;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < DIMENSIONS; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
