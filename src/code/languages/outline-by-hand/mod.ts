import type { HandOutline } from '../../parse/found.ts';
import { outlineC } from './c.ts';
import { markdownOutline } from './markdown.ts';
import { sqlOutline } from './sql.ts';

/** Outlines for languages without a WebAssembly grammar, by `Language.byHand`. */
export const HAND_OUTLINES: Readonly<Record<string, HandOutline>> = { c: outlineC, markdown: markdownOutline, sql: sqlOutline };
