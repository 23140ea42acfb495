// The loops over vectors, compiled by scripts/generate.ts (AssemblyScript) to kernel-bytes.ts.
// The same in JavaScript stands in kernel-plain.ts; a test proves both equal. All places are byte offsets
// into the memory, laid out by the caller. A row of bits or of numbers is a whole count of 16-byte vectors.

// Bits in which each row differs from the query, as 16-bit numbers at `out`; `histogram` counts rows by difference.
export function differences(rows: usize, count: i32, vectors: i32, query: usize, out: usize, histogram: usize): void {
  if (vectors == 2) {
    const q0 = v128.load(query);
    const q1 = v128.load(query, 16);
    for (let i = 0; i < count; i++) {
      const bytes = i8x16.add(i8x16.popcnt(v128.xor(v128.load(rows), q0)), i8x16.popcnt(v128.xor(v128.load(rows, 16), q1)));
      tally(i16x8.extadd_pairwise_i8x16_u(bytes), out, histogram);
      rows += 32;
      out += 2;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    let sums = i16x8.splat(0);
    for (let v = 0; v < vectors; v++) {
      sums = i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(v128.xor(v128.load(rows), v128.load(query + (v << 4))))));
      rows += 16;
    }
    tally(sums, out, histogram);
    out += 2;
  }
}

// @ts-ignore: decorator
@inline
function tally(sums: v128, out: usize, histogram: usize): void {
  const halves = i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1);
  const difference = <i32>((halves * 0x0001000100010001) >>> 48) & 0xffff;
  store<u16>(out, <u16>difference);
  const bin = histogram + (difference << 2);
  store<i32>(bin, load<i32>(bin) + 1);
}

// As `differences`, of those rows alone whose cell is marked in `probed` (256 bytes); the others get 65,535.
export function differencesIn(cells: usize, probed: usize, rows: usize, count: i32, vectors: i32, query: usize, out: usize, histogram: usize): void {
  for (let i = 0; i < count; i++) {
    if (load<u8>(probed + <usize>load<u8>(cells + i)) != 0) differences(rows, 1, vectors, query, out, histogram);
    else store<u16>(out, 0xffff);
    rows += <usize>(vectors << 4);
    out += 2;
  }
}

// Numbers of the rows among `count` that differ in `least` to `most` bits, in order, `base` added; at most `room`; gives how many.
export function pick(differences: usize, count: i32, base: i32, least: i32, most: i32, room: i32, out: usize): i32 {
  const low = i16x8.splat(<i16>least);
  const high = i16x8.splat(<i16>most);
  let found = 0;
  for (let i = 0; i < count; i += 8) {
    const eight = v128.load(differences + (i << 1));
    let mask = i16x8.bitmask(v128.and(i16x8.le_u(eight, high), i16x8.ge_u(eight, low)));
    if (count - i < 8) mask &= (1 << (count - i)) - 1;
    while (mask != 0) {
      if (found == room) return found;
      store<i32>(out + (found << 2), base + i + ctz(mask));
      found++;
      mask &= mask - 1;
    }
  }
  return found;
}

// For each row named at `numbers` the sum of what `table` says of its bytes: 256 32-bit numbers for each place.
export function weigh(rows: usize, bytes: i32, numbers: usize, count: i32, table: usize, out: usize): void {
  for (let i = 0; i < count; i++) {
    const row = rows + <usize>load<u32>(numbers + (i << 2)) * <usize>bytes;
    let sum = 0;
    for (let at = 0; at < bytes; at++) sum += load<i32>(table + (((at << 8) + <i32>load<u8>(row + at)) << 2));
    store<i32>(out + (i << 2), sum);
  }
}

// Products of each row of 8-bit numbers with the query, as 32-bit numbers.
export function products(rows: usize, count: i32, vectors: i32, query: usize, out: usize): void {
  for (let i = 0; i < count; i++) {
    let sums = i32x4.splat(0);
    for (let v = 0; v < vectors; v++) {
      const a = v128.load(rows);
      const b = v128.load(query + (v << 4));
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(a), i16x8.extend_low_i8x16_s(b)));
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(a), i16x8.extend_high_i8x16_s(b)));
      rows += 16;
    }
    store<i32>(out, i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3));
    out += 4;
  }
}
