// The arithmetic of training, in AssemblyScript (a dialect of TypeScript that compiles to WebAssembly with SIMD).
// All matrices are row-major float32; DIM is a multiple of 8. Pointers are byte addresses handed in by the trainer.

const DIM: i32 = 256;
const ROW: i32 = DIM << 2;

export function allocate(bytes: i32): usize {
  return heap.alloc(bytes);
}

// Pools texts: vector i is the sum over its tokens of weight * scale[token] * table[token], then brought to length 1.
// `starts` has n + 1 offsets into `tokens` and `weights`; `scale` may be 0 for none. `lengths` gets the lengths before.
export function pool(n: i32, starts: usize, tokens: usize, weights: usize, scale: usize, table: usize, out: usize, lengths: usize): void {
  for (let i = 0; i < n; i++) {
    const to = out + i * ROW;
    memory.fill(to, 0, ROW);
    const end = load<i32>(starts + ((i + 1) << 2));
    for (let t = load<i32>(starts + (i << 2)); t < end; t++) {
      const token = load<i32>(tokens + (t << 2));
      let weight = load<f32>(weights + (t << 2));
      if (scale != 0) weight *= load<f32>(scale + (token << 2));
      const w = f32x4.splat(weight);
      const row = table + <usize>token * ROW;
      for (let k = 0; k < ROW; k += 32) {
        v128.store(to + k, f32x4.add(v128.load(to + k), f32x4.mul(w, v128.load(row + k))));
        v128.store(to + k, f32x4.add(v128.load(to + k, 16), f32x4.mul(w, v128.load(row + k, 16))), 16);
      }
    }
    let sum = f32x4.splat(0);
    for (let k = 0; k < ROW; k += 16) {
      const v = v128.load(to + k);
      sum = f32x4.add(sum, f32x4.mul(v, v));
    }
    const length = Mathf.sqrt(f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)) + 1e-8;
    store<f32>(lengths + (i << 2), length);
    const inverse = f32x4.splat(1 / length);
    for (let k = 0; k < ROW; k += 16) v128.store(to + k, f32x4.mul(v128.load(to + k), inverse));
  }
}

@inline
function total(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3);
}

// c[i][j] = factor * a[i] . b[j]; n and m multiples of 4.
export function similarities(n: i32, m: i32, a: usize, b: usize, factor: f32, c: usize): void {
  for (let j = 0; j < m; j += 2) {
    const b0 = b + j * ROW;
    const b1 = b0 + ROW;
    for (let i = 0; i < n; i += 4) {
      const a0 = a + i * ROW;
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      for (let k = 0; k < ROW; k += 16) {
        const v0 = v128.load(b0 + k);
        const v1 = v128.load(b1 + k);
        let u = v128.load(a0 + k);
        s00 = f32x4.add(s00, f32x4.mul(u, v0));
        s01 = f32x4.add(s01, f32x4.mul(u, v1));
        u = v128.load(a0 + k, ROW);
        s10 = f32x4.add(s10, f32x4.mul(u, v0));
        s11 = f32x4.add(s11, f32x4.mul(u, v1));
        u = v128.load(a0 + k, 2 * ROW);
        s20 = f32x4.add(s20, f32x4.mul(u, v0));
        s21 = f32x4.add(s21, f32x4.mul(u, v1));
        u = v128.load(a0 + k, 3 * ROW);
        s30 = f32x4.add(s30, f32x4.mul(u, v0));
        s31 = f32x4.add(s31, f32x4.mul(u, v1));
      }
      const to = c + ((i * m + j) << 2);
      const step = m << 2;
      store<f32>(to, factor * total(s00));
      store<f32>(to, factor * total(s01), 4);
      store<f32>(to + step, factor * total(s10));
      store<f32>(to + step, factor * total(s11), 4);
      store<f32>(to + 2 * step, factor * total(s20));
      store<f32>(to + 2 * step, factor * total(s21), 4);
      store<f32>(to + 3 * step, factor * total(s30));
      store<f32>(to + 3 * step, factor * total(s31), 4);
    }
  }
}

// exp for the softmax: 2^(x log2 e) by splitting off the integer part; relative error below 2e-6 for x <= 0.
@inline
function exponential(x: f32): f32 {
  if (x < -80) return 0;
  const y = x * 1.4426950408889634;
  const whole = Mathf.floor(y);
  const f = y - whole;
  const p: f32 = 1 + f * (0.6931471805599453 + f * (0.2402265069591007 + f * (0.05550410866482158 + f * (0.009618129107628477 + f * 0.0013333558146428443))));
  return reinterpret<f32>((<i32>whole + 127) << 23) * p;
}

// In-batch softmax both ways over the square matrix s (n x n) of scaled similarities, entries with equal groups (and not
// on the diagonal) left out: they are no wrong answers. Puts the gradient by s into g, gives the mean loss.
export function contrast(n: i32, s: usize, groups: usize, left: usize, g: usize, columns: usize): f32 {
  const gap = f32.MIN_NORMAL_VALUE;
  for (let i = 0; i < n; i++) {
    const gi = load<i32>(groups + (i << 2));
    const li = load<i32>(left + (i << 2));
    for (let j = 0; j < n; j++) {
      if (i != j && (gi == load<i32>(groups + (j << 2)) || li == load<i32>(left + (j << 2)))) store<f32>(s + ((i * n + j) << 2), -1e4);
    }
  }
  let loss: f32 = 0;
  // Similarities over 0.05 are at most 20 apart from 0, so 20 bounds the maximum of every row and column.
  const inverse: f32 = 0.5 / <f32>n;
  const most: f32 = 20;
  memory.fill(columns, 0, n << 2);
  for (let i = 0; i < n; i++) {
    let sum: f32 = 0;
    const row = i * n;
    for (let j = 0; j < n; j++) {
      const e = exponential(load<f32>(s + ((row + j) << 2)) - most);
      store<f32>(g + ((row + j) << 2), e);
      sum += e;
      store<f32>(columns + (j << 2), load<f32>(columns + (j << 2)) + e);
    }
    loss += Mathf.log(sum + gap) + most - load<f32>(s + ((row + i) << 2));
    store<f32>(left + (i << 2), 1 / (sum + gap));
  }
  for (let j = 0; j < n; j++) {
    loss += Mathf.log(load<f32>(columns + (j << 2)) + gap) + most - load<f32>(s + ((j * n + j) << 2));
    store<f32>(columns + (j << 2), 1 / (load<f32>(columns + (j << 2)) + gap));
  }
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const own = f32x4.splat(load<f32>(left + (i << 2)));
    const factor = f32x4.splat(inverse);
    for (let j = 0; j < n; j += 4) {
      const at = g + ((row + j) << 2);
      v128.store(at, f32x4.mul(factor, f32x4.mul(v128.load(at), f32x4.add(own, v128.load(columns + (j << 2))))));
    }
    const diagonal = g + ((row + i) << 2);
    store<f32>(diagonal, load<f32>(diagonal) - 2 * inverse);
  }
  return loss * inverse;
}

// out[i] = factor * sum over j of g[i][j] * b[j] (or g[j][i] where `across`); n x n times n x DIM.
export function spread(n: i32, g: usize, b: usize, factor: f32, across: bool, out: usize): void {
  const stepI = across ? 4 : n << 2;
  const stepJ = across ? n << 2 : 4;
  const scaled = f32x4.splat(factor);
  for (let k = 0; k < ROW; k += 32) {
    for (let i = 0; i < n; i += 4) {
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      let at = g + i * stepI;
      let from = b + k;
      for (let j = 0; j < n; j++) {
        const v0 = v128.load(from);
        const v1 = v128.load(from, 16);
        let w = v128.load32_splat(at);
        s00 = f32x4.add(s00, f32x4.mul(w, v0));
        s01 = f32x4.add(s01, f32x4.mul(w, v1));
        w = v128.load32_splat(at + stepI);
        s10 = f32x4.add(s10, f32x4.mul(w, v0));
        s11 = f32x4.add(s11, f32x4.mul(w, v1));
        w = v128.load32_splat(at + 2 * stepI);
        s20 = f32x4.add(s20, f32x4.mul(w, v0));
        s21 = f32x4.add(s21, f32x4.mul(w, v1));
        w = v128.load32_splat(at + 3 * stepI);
        s30 = f32x4.add(s30, f32x4.mul(w, v0));
        s31 = f32x4.add(s31, f32x4.mul(w, v1));
        at += stepJ;
        from += ROW;
      }
      const to = out + i * ROW + k;
      v128.store(to, f32x4.mul(scaled, s00));
      v128.store(to, f32x4.mul(scaled, s01), 16);
      v128.store(to + ROW, f32x4.mul(scaled, s10));
      v128.store(to + ROW, f32x4.mul(scaled, s11), 16);
      v128.store(to + 2 * ROW, f32x4.mul(scaled, s20));
      v128.store(to + 2 * ROW, f32x4.mul(scaled, s21), 16);
      v128.store(to + 3 * ROW, f32x4.mul(scaled, s30));
      v128.store(to + 3 * ROW, f32x4.mul(scaled, s31), 16);
    }
  }
}

// Takes the gradient by the unit vectors back through normalising and pooling into the table (and the scales), by Adagrad.
// `held` and `scaleHeld` are Adagrad's sums of squares.
export function learn(
  n: i32, starts: usize, tokens: usize, weights: usize, scale: usize, scaleHeld: usize, table: usize, held: usize,
  vectors: usize, lengths: usize, gradient: usize, rate: f32, scaleRate: f32,
): void {
  const epsilon = f32x4.splat(1e-10);
  const r = f32x4.splat(rate);
  for (let i = 0; i < n; i++) {
    const u = vectors + i * ROW;
    const g = gradient + i * ROW;
    let along = f32x4.splat(0);
    for (let k = 0; k < ROW; k += 16) along = f32x4.add(along, f32x4.mul(v128.load(u + k), v128.load(g + k)));
    const a = f32x4.splat(total(along));
    const inverse = f32x4.splat(1 / load<f32>(lengths + (i << 2)));
    for (let k = 0; k < ROW; k += 16) v128.store(g + k, f32x4.mul(inverse, f32x4.sub(v128.load(g + k), f32x4.mul(a, v128.load(u + k)))));
    const end = load<i32>(starts + ((i + 1) << 2));
    for (let t = load<i32>(starts + (i << 2)); t < end; t++) {
      const token = load<i32>(tokens + (t << 2));
      const weight = load<f32>(weights + (t << 2));
      const factor = scale != 0 ? load<f32>(scale + (token << 2)) : 1;
      const w = f32x4.splat(weight * factor);
      const row = table + <usize>token * ROW;
      const sums = held + <usize>token * ROW;
      if (scale != 0) {
        let dot = f32x4.splat(0);
        for (let k = 0; k < ROW; k += 16) dot = f32x4.add(dot, f32x4.mul(v128.load(g + k), v128.load(row + k)));
        // The scale is learned as its logarithm, so that it stays above zero.
        const d = weight * total(dot) * factor;
        const sum = load<f32>(scaleHeld + (token << 2)) + d * d;
        store<f32>(scaleHeld + (token << 2), sum);
        const next = Mathf.max(0.02, Mathf.min(20, factor * (1 - scaleRate * d / (Mathf.sqrt(sum) + 1e-8))));
        store<f32>(scale + (token << 2), next);
      }
      for (let k = 0; k < ROW; k += 16) {
        const d = f32x4.mul(w, v128.load(g + k));
        const sum = f32x4.add(v128.load(sums + k), f32x4.mul(d, d));
        v128.store(sums + k, sum);
        v128.store(row + k, f32x4.sub(v128.load(row + k), f32x4.div(f32x4.mul(r, d), f32x4.sqrt(f32x4.add(sum, epsilon)))));
      }
    }
  }
}
