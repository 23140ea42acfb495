/**
 * outline-by-hand: "What is in this file?", for languages without a grammar that fits, read by a scanner of our own.
 * Pure functions from text to the same facts that a grammar gives; linear in the text, and no input makes them throw.
 */
import type { HandOutline } from '../../parse/found.ts';
import { outlineC } from './c.ts';
import { markdownOutline } from './markdown.ts';
import { sqlOutline } from './sql.ts';

/** Outlines for languages without a WebAssembly grammar, by `Language.byHand`. */
export const HAND_OUTLINES: Readonly<Record<string, HandOutline>> = { c: outlineC, markdown: markdownOutline, sql: sqlOutline };
