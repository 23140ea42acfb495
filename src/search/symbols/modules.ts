import type { ImportFact } from '../../domain/mod.ts';
import type { Language } from '../../code/mod.ts';

export type Binding = NonNullable<Language['binding']>;

/** Whether an import of a file names the file at `target`. Only paths are compared: nothing is read, no setting is run. */
export function importsFile(binding: Binding, source: string, from: string, target: string, name: string): boolean {
  switch (binding) {
    case 'javascript': return javascript(source, from, target);
    case 'python': return python(source, from, target, name);
    case 'go': return go(source, target);
    case 'java': return java(source, target, name);
    case 'rust': return rust(source, from, target, name);
    case 'c': return include(source, from, target);
  }
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** `a/b/../c` without its dots; null where it leaves the root. */
function joinPath(folder: string, relative: string): string | null {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

function endsWithPath(path: string, end: string): boolean {
  return end !== '' && (path === end || path.endsWith(`/${end}`));
}

const SCRIPT = /(?:\.d)?\.(?:[cm]?[jt]sx?|vue|svelte)$/;

function javascript(source: string, from: string, target: string): boolean {
  if (!/^\.{1,2}(?:\/|$)/.test(source)) return false;
  const wanted = joinPath(folderOf(from), source);
  if (wanted === null) return false;
  if (wanted === target) return true;
  const bare = target.replace(SCRIPT, '');
  // An import written `./x.js` may be of `x.ts`.
  return bare !== target && (bare === wanted || bare === wanted.replace(SCRIPT, '') || bare === `${wanted === '' ? '' : `${wanted}/`}index`);
}

function python(source: string, from: string, target: string, name: string): boolean {
  const dots = /^\.*/.exec(source)?.[0].length ?? 0;
  const own = source.slice(dots).split('.').filter((part) => part !== '').join('/');
  const module = target.replace(/(?:\/__init__)?\.pyi?$/, '');
  const names = name === '' || name === '*' ? [own] : [own, own === '' ? name : `${own}/${name}`];
  if (dots === 0) return names.some((each) => endsWithPath(module, each) && each !== '');
  const folder = joinPath(folderOf(from), '../'.repeat(dots - 1));
  return folder !== null && names.some((each) => module === joinPath(folder, each));
}

function go(source: string, target: string): boolean {
  const folder = folderOf(target);
  return folder === '' ? false : source === folder || source.endsWith(`/${folder}`) || endsWithPath(folder, source);
}

function java(source: string, target: string, name: string): boolean {
  const whole = source.replaceAll('.', '/').replace(/\/\*$/, '');
  const module = target.replace(/\.(?:java|kt|scala|groovy)$/, '');
  if (name === '*' || source.endsWith('.*')) return endsWithPath(folderOf(target), whole) || endsWithPath(module, whole);
  return endsWithPath(module, whole) || endsWithPath(module, `${whole}/${name}`) || endsWithPath(module, whole.slice(0, whole.lastIndexOf('/')));
}

function rust(source: string, from: string, target: string, name: string): boolean {
  const module = target.replace(/(?:\/mod|\/lib|\/main)?\.rs$/, '').replace(/(^|\/)src$/, '$1');
  const parts = source.split('::').filter((part) => part !== '');
  const head = parts[0];
  const folder = folderOf(from);
  const own = /\/?(?:mod|lib|main)\.rs$/.test(from) ? folder : from.replace(/\.rs$/, '');
  let rest = parts;
  let base: string | null = null;
  if (head === 'self') [base, rest] = [own, parts.slice(1)];
  else if (head === 'super') {
    const ups = parts.findIndex((part) => part !== 'super');
    const count = ups < 0 ? parts.length : ups;
    [base, rest] = [joinPath(own, '../'.repeat(count)), parts.slice(count)];
  } else if (head === 'crate') {
    const at = `/${from}`.lastIndexOf('/src/');
    [base, rest] = [at < 0 ? null : `/${from}`.slice(1, at + 4), parts.slice(1)];
  } else rest = parts.slice(1);
  // The last part may be the name itself, and a type before it may stand in the module's file.
  for (let drop = 0; drop <= 2 && drop <= rest.length; drop++) {
    const kept = rest.slice(0, rest.length - drop);
    if (drop > 0 && kept.length === 0 && base === null) break;
    const path = [...(base === null || base === '' ? [] : [base]), ...kept].join('/');
    if (base !== null ? target.replace(/(?:\/mod|\/lib|\/main)?\.rs$/, '') === path : kept.length > 0 && endsWithPath(module, kept.join('/'))) return true;
  }
  return name !== '' && name !== '*' && base !== null && target.replace(/(?:\/mod)?\.rs$/, '') === [...(base === '' ? [] : [base]), ...rest, name].join('/');
}

function include(source: string, from: string, target: string): boolean {
  // A file with many includes is held against hundreds of headers, and nearly all have another name.
  if (!target.endsWith(source.slice(source.lastIndexOf('/') + 1))) return false;
  return endsWithPath(target, source.replace(/^(?:\.{1,2}\/)+/, '')) || joinPath(folderOf(from), source) === target;
}

/** The name under which a whole module is known where it is imported, or null where the import binds names instead. */
export function moduleAlias(binding: Binding, imported: ImportFact): string | null {
  if (imported.alias !== '' && (imported.name === '' || imported.name === '*')) return imported.alias;
  if (binding === 'go') return imported.alias !== '' ? imported.alias : (imported.source.split('/').at(-1) ?? null);
  if (binding === 'python' || binding === 'java' || binding === 'rust') return imported.alias === '' ? null : imported.alias;
  return null;
}
