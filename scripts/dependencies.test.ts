import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { importsOf, sources } from './sources.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
}

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest & { readonly allowScripts: Readonly<Record<string, boolean>> };
const page = read('docs/dependencies.md');

/** Packages of grammars share one line of the page and are named as data in `src/code/languages`. */
const isGrammar = (name: string): boolean => /(^|\/)tree-sitter-/.test(name) && name !== '@repomix/tree-sitter-wasms';

/** Names in the first column of the tables under a heading. */
function argued(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => [...(cell as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)).filter((name) => !isGrammar(name) && !name.includes('*')).sort();
}

test('dependencies: docs/dependencies.md argues each package of package.json, and no other', () => {
  assert.deepEqual(argued('Run time'), Object.keys(manifest.dependencies).filter((name) => !isGrammar(name)).sort());
  assert.deepEqual(argued('Development'), Object.keys(manifest.devDependencies).sort());
});

test('dependencies: every package of run time is imported, or is the grammar of a language', () => {
  const files = sources(ROOT, ['src'], ['.ts']).filter(({ path }) => !path.endsWith('.test.ts'));
  const imported = files.flatMap(({ text }) => importsOf(text).map(({ specifier }) => specifier));
  const unused = Object.keys(manifest.dependencies).filter((name) =>
    !imported.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)) && !files.some(({ path, text }) => path.startsWith('src/code/languages/') && text.includes(`package: '${name}'`)));
  assert.deepEqual(unused, []);
});

test('dependencies: grammars are pinned, and nobody else decides whether an install script runs', () => {
  const loose = Object.entries(manifest.dependencies).filter(([name, version]) => (isGrammar(name) || name === 'web-tree-sitter') && !/^\d/.test(version));
  assert.deepEqual(loose, []);
  const { packages } = JSON.parse(read('package-lock.json')) as Lock;
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path.replace(/^.*node_modules\//, ''));
  assert.deepEqual(scripted.filter((name) => manifest.allowScripts[name] === undefined), []);
  assert.deepEqual(Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]), ['node']);
});
