import type { HandOutline } from '../../parse/found.ts';
import { markdownOutline } from './markdown.ts';
import { sqlOutline } from './sql.ts';

/** Outlines for languages without a WebAssembly grammar, by `Language.byHand`. */
export const HAND_OUTLINES: Readonly<Record<string, HandOutline>> = { markdown: markdownOutline, sql: sqlOutline };
