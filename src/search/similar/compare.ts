import { COUNTS, FAMILIES, FAMILY, type Features, type Sketch } from './sketch.ts';

/** Hashes share a place by chance once in some thousand times, which an idf forgives. */
const PLACES = 1 << 18;

const TIMES = Float32Array.from({ length: 256 }, (_, count) => 1 + Math.log(Math.max(1, count)));

/** In how many of some pieces of code each feature stands: what is common there tells little apart. */
export class Background {
  readonly #counts = FAMILIES.map(() => new Uint16Array(PLACES));
  #pieces = 0;
  #idf: Float32Array = new Float32Array(0);

  add(sketch: Sketch): void {
    this.#pieces++;
    sketch.families.forEach(({ hashes }, family) => {
      const counts = this.#counts[family] as Uint16Array;
      for (let i = 0; i < hashes.length; i++) {
        const place = (hashes[i] as number) & (PLACES - 1);
        // Two features of one piece may share a place.
        if ((counts[place] as number) < this.#pieces) counts[place] = (counts[place] as number) + 1;
      }
    });
  }

  /** For each feature of a family how telling it is: 0 for what stands everywhere. */
  weigh(family: number, { hashes, counts }: Features): Weighed {
    if (this.#idf.length !== this.#pieces + 1) {
      this.#idf = Float32Array.from({ length: this.#pieces + 1 }, (_, count) => Math.log(1 + (this.#pieces - count + 0.5) / (count + 0.5)));
    }
    const idf = this.#idf;
    const common = this.#counts[family] as Uint16Array;
    const weights = new Float32Array(hashes.length);
    let norm = 0;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const weight = (idf[common[(hashes[i] as number) & (PLACES - 1)] as number] as number) * (TIMES[counts[i] as number] as number);
      weights[i] = weight;
      norm += weight * weight;
      sum += weight;
    }
    return { hashes, weights, norm: Math.sqrt(norm), sum };
  }
}

/** One family of one piece with the weights that the background gives. */
export interface Weighed {
  readonly hashes: Int32Array;
  readonly weights: Float32Array;
  readonly norm: number;
  readonly sum: number;
}

export type WeighedSketch = { readonly sketch: Sketch; readonly families: readonly Weighed[] };

export function weigh(sketch: Sketch, background: Background): WeighedSketch {
  return { sketch, families: sketch.families.map((features, family) => background.weigh(family, features)) };
}

/** Cosine, the part of the first that the second holds, and the part of the second that the first holds. */
export function nearness(one: Weighed, two: Weighed): readonly [number, number, number] {
  const a = one.hashes;
  const b = two.hashes;
  const [x, y] = [one.weights, two.weights];
  let dot = 0;
  let held = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = (a[i] as number) - (b[j] as number);
    if (difference < 0) i++;
    else if (difference > 0) j++;
    else {
      const p = x[i++] as number;
      const q = y[j++] as number;
      dot += p * q;
      held += p < q ? p : q;
    }
  }
  return [dot === 0 ? 0 : dot / (one.norm * two.norm), held === 0 ? 0 : held / one.sum, held === 0 ? 0 : held / two.sum];
}

const PAIRS = [['all', 'all'], ['names', 'names'], ['code', 'code'], ['comments', 'comments'], ['literals', 'literals'], ['verbatim', 'verbatim'],
  ['structure', 'structure'], ['flow', 'flow'], ['theme', 'theme'], ['names', 'theme']] as const;

/** Words tell more of a sample that has comments; these signals weigh anew by how much of it they are. */
const DOCUMENTED = ['theme~theme cosine', 'theme~theme held', 'all~all cosine', 'comments~comments cosine', 'names~theme cosine', 'structure~structure cosine', 'structure~structure held', 'verbatim~verbatim covers'] as const;
/** Signals that also count as parts of the greatest among the candidates. */
const RELATIVE = ['theme~theme cosine', 'all~all cosine', 'names~theme cosine', 'structure~structure cosine', 'verbatim~verbatim cosine', 'comments~comments cosine'] as const;

export const SIGNALS: readonly string[] = [
  ...PAIRS.flatMap(([one, two]) => [`${one}~${two} cosine`, `${one}~${two} held`, `${one}~${two} covers`]),
  ...COUNTS.map((count) => `difference in ${count}`), 'length', 'shorter', 'bothRecursive',
  ...DOCUMENTED.map((name) => `${name} where documented`), ...RELATIVE.map((name) => `${name} of the best`),
];

/** Sets what is told by all candidates together: how near each is to the best of them. */
export function relate(rows: readonly Float64Array[]): void {
  RELATIVE.forEach((name, i) => {
    const from = SIGNALS.indexOf(name);
    const to = SIGNALS.length - RELATIVE.length + i;
    const best = rows.reduce((most, row) => Math.max(most, row[from] as number), 0);
    if (best > 0) for (const row of rows) row[to] = (row[from] as number) / best;
  });
}

export function signalsOf(one: WeighedSketch, two: WeighedSketch): Float64Array {
  const out = new Float64Array(SIGNALS.length);
  let at = 0;
  for (const [a, b] of PAIRS) {
    const [cosine, held, covers] = nearness(one.families[FAMILIES.indexOf(a)] as Weighed, two.families[FAMILIES.indexOf(b)] as Weighed);
    out[at++] = cosine;
    out[at++] = held;
    out[at++] = covers;
  }
  for (const count of COUNTS) out[at++] = -Math.abs(Math.log1p(one.sketch.counts[count]) - Math.log1p(two.sketch.counts[count]));
  out[at++] = Math.log1p(two.sketch.counts.tokens);
  out[at++] = Math.max(0, Math.log1p(one.sketch.counts.tokens) - Math.log1p(two.sketch.counts.tokens));
  out[at++] = one.sketch.counts.recursion > 0 && two.sketch.counts.recursion > 0 ? 1 : 0;
  const [comments, code] = [one.families[FAMILY.comments] as Weighed, one.families[FAMILY.code] as Weighed];
  const documented = comments.sum / (comments.sum + code.sum + 1);
  for (const name of DOCUMENTED) out[at++] = documented * (out[PLACE.get(name) as number] as number);
  return out;
}

const PLACE = new Map(SIGNALS.map((name, place) => [name, place]));
