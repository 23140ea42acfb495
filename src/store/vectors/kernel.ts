import { VECTOR_KERNEL } from './kernel-bytes.ts';
import { PlainKernel, type Kernel } from './kernel-plain.ts';

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the platform's own object that is used here; Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

type Exports = Omit<Kernel, 'buffer'> & { readonly memory: Memory };

const PAGE_BYTES = 65_536;
/** Compiled when it is needed first; null where this machine runs no SIMD in WebAssembly. */
let compiled: object | null | undefined;

/** A memory of `bytes` at least, with the loops over it. */
export function makeKernel(bytes: number): Kernel {
  return makeCompiledKernel(bytes) ?? new PlainKernel(bytes);
}

/** Null where WebAssembly is missing, or the system grants no address space for it. */
export function makeCompiledKernel(bytes: number): Kernel | null {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(Buffer.from(VECTOR_KERNEL, 'base64'));
    } catch {
      compiled = null;
    }
  }
  if (compiled === null) return null;
  try {
    const exports = new WebAssembly.Instance(compiled).exports as Exports;
    const missing = bytes - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
    const { differences, differencesIn, pick, weigh, products } = exports;
    return { buffer: exports.memory.buffer, differences, differencesIn, pick, weigh, products };
  } catch {
    return null;
  }
}
