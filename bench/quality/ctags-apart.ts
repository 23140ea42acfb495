/** Tags of universal-ctags that are counted apart, each with its reason: looked at alone, whatever we found there. */

export interface CtagsTag {
  readonly name: string;
  readonly kind: string;
  readonly language: string;
  /** The line as ctags quotes it, between `/^` and `$/`. */
  readonly pattern?: string;
  readonly scopeKind?: string;
}

/** Reasons, as the tables print them. */
export const APART = {
  local: 'a variable inside a function or block, which is no symbol here',
  misread: 'a word that the line does not declare',
  cut: 'a name cut before its `?` or `!`',
  writer: 'a writer `name=` made by an attribute, which is listed once, as `name`',
} as const;

const RESERVED = new Set(['this', 'true', 'false', 'null', 'infer', 'instanceof', 'satisfies', 'extends', 'typeof', 'keyof', 'return', 'if', 'else', 'for', 'while', 'new', 'function', 'string', 'number', 'boolean']);
const INSIDE = /^(function|method|func|generator|singletonMethod)$/;

/** Null for a definition of its file. */
export function apart(tag: CtagsTag): keyof typeof APART | null {
  const line = (tag.pattern ?? '').replace(/^\/\^/, '').replace(/\$?\/$/, '');
  if (tag.name.startsWith('anonFunc') || (RESERVED.has(tag.name) && /^(TypeScript|Java|Go)$/.test(tag.language))) return 'misread';
  if (/^(constant|variable|var|const)$/.test(tag.kind) && tag.language !== 'Ruby' && INSIDE.test(tag.scopeKind ?? '')) return 'local';
  if (tag.language === 'TypeScript') return apartInTypeScript(tag, line);
  if (tag.language === 'Ruby') return apartInRuby(tag, line);
  if (tag.language === 'Java' && tag.kind === 'enumConstant' && line.includes(`@${tag.name}`)) return 'misread';
  return null;
}

/** ctags takes words after a comment (`= PURE make()`), in expressions and in types for declared names. */
function apartInTypeScript(tag: CtagsTag, line: string): keyof typeof APART | null {
  const name = tag.name.replaceAll(/[^\w]/g, '\\$&');
  if (tag.kind === 'property') return new RegExp(`(^|[\\s,;{(#])["'\`]?${name}["'\`]?\\s*[?!]?\\s*([:=;,(]|$)`).test(line) ? null : 'misread';
  if (!/^(constant|variable|alias)$/.test(tag.kind)) return null;
  const declared = /\b(?:const|let|var|type|using)\s+([{[]|[\w$]+)/.exec(line)?.[1];
  if (declared !== tag.name && declared !== '{' && declared !== '[') return 'misread';
  // Blocks of functions without a name are no scope for ctags: what is declared in one is known by its indent.
  return tag.kind !== 'alias' && /^\s/.test(line) && tag.scopeKind !== 'namespace' ? 'local' : null;
}

function apartInRuby(tag: CtagsTag, line: string): keyof typeof APART | null {
  if (tag.kind === 'accessor' && tag.name.endsWith('=')) return 'writer';
  if (tag.kind === 'alias' && new RegExp(`\\b${tag.name}[?!]`).test(line)) return 'cut';
  // `NAME => value`, `NAME == value` and `NAME === value` declare nothing.
  if (tag.kind === 'constant' && new RegExp(`\\b${tag.name}\\s*(=>|={2,3})`).test(line)) return 'misread';
  return null;
}
