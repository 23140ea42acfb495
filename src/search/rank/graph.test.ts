import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportFact } from '../../domain/mod.ts';
import { readImport, targetsAmong } from './graph.ts';

/** `files`: `path: import import`, an import being `source` or `source#name`. Gives `path -> path path` for files that reach others. */
function check(language: string, files: string, expected: string): void {
  const lines = files.trim().split('\n').map((line) => line.trim().split(/:(?: |$)/));
  const imports = lines.map(([, list]) => (list ?? '').split(' ').filter((item) => item !== '').map((item): ImportFact => {
    const [source, name] = item.split('#') as [string, string?];
    return { source, name: name ?? '', alias: name ?? '', line: 1 };
  }));
  const all = lines.map(([path], blob) => ({ view: 1, path: path as string, blob, language }));
  const found = targetsAmong(all, all.map((_, at) => at), (at) => (imports[at] ?? []).map(readImport));
  const shown = [...found].flatMap(([from, targets]) => (targets.length === 0 ? [] : [`${all[from]?.path} -> ${targets.map((at) => all[at]?.path).join(' ')}`]));
  assert.deepEqual(shown, expected.trim().split('\n').map((line) => line.trim()).filter((line) => line !== ''));
}

test('imports by the rules of the language', () => {
  check('typescript', `
    core/api.ts: ./schemas.js
    core/schemas.ts:
    core/index.ts: ./api.js
    main.ts: ./core ./core/schemas.js zlib`, `
    core/api.ts -> core/schemas.ts
    core/index.ts -> core/api.ts
    main.ts -> core/index.ts core/schemas.ts`);
  check('python', `
    shop/cart.py: .money#Money shop.tax#rate
    shop/money.py:
    shop/tax/__init__.py: os`, 'shop/cart.py -> shop/money.py shop/tax/__init__.py');
  check('java', `
    a/b/Main.java: a.c.Helper#Helper java.util.List#List
    a/c/Helper.java:`, 'a/b/Main.java -> a/c/Helper.java');
  check('c', `
    src/run.c: run.h stdio.h
    include/run.h:`, 'src/run.c -> include/run.h');
});

test('languages without rules: the path that ends as the import does', () => {
  check('ruby', `
    lib/rack/auth/basic.rb: abstract/handler rack/request json
    lib/rack/auth/abstract/handler.rb: ../../request
    lib/rack/request.rb:`, `
    lib/rack/auth/basic.rb -> lib/rack/auth/abstract/handler.rb lib/rack/request.rb
    lib/rack/auth/abstract/handler.rb -> lib/rack/request.rb`);
  check('haskell', `
    Data/Tree/Walk.hs: Data.Tree.Node#walk Data.Map
    Data/Tree/Node.hs:`, 'Data/Tree/Walk.hs -> Data/Tree/Node.hs');
  check('elixir', `
    lib/plug/router.ex: Plug.Router.Utils
    lib/plug/router/utils.ex:`, 'lib/plug/router.ex -> lib/plug/router/utils.ex');
});

test('an index that begins below the root of the package', () => {
  check('python', `
    applications.py: web.routing#Router
    routing.py:`, 'applications.py -> routing.py');
});
