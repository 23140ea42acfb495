/**
 * C by hand. The grammar's parser reads 3.5 MB of C a second and is thrown off by every macro that stands where the
 * language has none; C's declarations are simple enough to be read from tokens, ten times faster, through macros and
 * through all branches of `#if`. The kernel's 800 MB are why this exists.
 */
import type { Found } from '../../parse/found.ts';
import { definitionsOfC } from './c-declarations.ts';
import { CLexer } from './c-lexer.ts';
import { referencesOfC } from './c-roles.ts';

/** Definitions, references, includes and comments of a C text. Never throws, whatever the text. */
export function outlineC(text: string): Found {
  const lexer = new CLexer(text);
  const symbols = [...lexer.macros, ...definitionsOfC(lexer)];
  return { symbols, references: referencesOfC(lexer), imports: lexer.imports, comments: lexer.comments };
}
