import type { HandOutline } from '../../parse/found.ts';

/** Outlines for languages without a WebAssembly grammar, by `Language.byHand`. */
export const HAND_OUTLINES: Readonly<Record<string, HandOutline>> = {};
