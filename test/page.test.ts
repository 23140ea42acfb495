/** The search page in a real browser, against a real server. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { OPERATIONS, openService } from '../src/mod.ts';
import { getJson, startServer, type RunningServer } from './server.ts';

/** Debian's, or another that is named. */
const CHROMIUM = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((one) => one !== '' && existsSync(one));
const missing = CHROMIUM === undefined ? 'chromium is not installed' : false;

const SCRIPT = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
const HOSTILE_NAME = '<img src=x onerror=alert(3)>.ts';
const PARSER = `/** Cuts an address into its parts. */
export function parseAddress(text: string): Address {
  const [host, port] = text.split(':');
  if (host === undefined || host === '') throw new Error('no host in ' + text);
  return { host, port: port === undefined ? 80 : Number(port) };
}

export interface Address {
  readonly host: string;
  readonly port: number;
}
`;
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  network: {
    'src/address.ts': PARSER,
    'src/client.ts': `import { parseAddress } from './address.ts';\n\nexport function connect(text: string): string {\n  const address = parseAddress(text);\n  return address.host;\n}\n`,
    'src/server.ts': `import { parseAddress } from './address.ts';\n\nexport const listen = (text: string): number => parseAddress(text).port;\n`,
    'tools/address.py': `def parse_address(text):\n    """Cuts an address into its parts."""\n    host, _, port = text.partition(":")\n    if host == "":\n        raise ValueError("no host in " + text)\n    return {"host": host, "port": int(port) if port else 80}\n`,
    'data/long.ts': `${Array.from({ length: 12_000 }, (_, at) => `export const value${at + 1} = ${at};`).join('\n')}\n`,
    'picture.png': '\u0089PNG\0\0\0',
  },
  hostile: {
    [HOSTILE_NAME]: `// ${SCRIPT}\nexport const stolenParseAddress = '${SCRIPT.replaceAll("'", '')}';\n`,
    'docs/readme.md': `# ${SCRIPT} parseAddress\n\n[x](javascript:alert(4)) parseAddress\n`,
  },
};

let root = '';
let server: RunningServer;
let browser: Browser;

before(async () => {
  if (missing !== false) return;
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-page-')));
  const dataDir = path.join(root, 'data');
  for (const [name, files] of Object.entries(FILES)) writeAll(path.join(root, name), files);
  {
    await using service = openService({ dataDir, allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
    await OPERATIONS.index.run(service, { targets: Object.keys(FILES).map((name) => path.join(root, name)) }, {});
  }
  server = await startServer({ dataDir, env: { ENABLE_REPOSITORY_MANAGEMENT: 'true', MASK_SECRETS: 'false' } });
  // Chromium's own sandbox refuses to run for root, as tests in containers do.
  browser = await chromium.launch({ executablePath: CHROMIUM as string, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  if (root !== '') rmSync(root, { recursive: true, force: true });
});

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

interface Visit extends AsyncDisposable {
  readonly page: Page;
}

/** A tab that fails its test where a script ran, the policy was broken, the console complained, or a request left the server. */
async function visit(address: string, options: BrowserContextOptions = {}, allowed?: RegExp): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1300, height: 850 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('dialog', (dialog) => {
    faults.push(`a dialog said ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && allowed?.test(message.text()) !== true) faults.push(`the console says: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`the page failed: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}/`)) faults.push(`a request left: ${request.url()}`);
  });
  await page.goto(server.url + address);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

/** Playwright's own waiting compiles the text in the page, which the policy forbids there. */
async function until(page: Page, condition: string): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await page.evaluate<boolean>(condition))) {
    if (performance.now() > end) throw new Error(`It did not come true: ${condition}`);
    await page.waitForTimeout(20);
  }
}

async function search(page: Page, query: string): Promise<void> {
  await page.fill('#query', query);
  await until(page, `document.querySelector('#status').textContent !== '' && document.querySelector('#search-view').ariaBusy !== 'true' && new URLSearchParams(location.search).get('q') === ${JSON.stringify(query)}`);
}

test('typing shows results grouped by file with matches marked, and the address holds the query', { skip: missing }, async (context) => {
  await using tab = await visit('/');
  const { page } = tab;
  await search(page, 'parseAddress');
  assert.equal(await page.locator('.file').first().locator('.path').innerText(), 'src/address.ts');
  assert.match(await page.locator('#status').innerText(), /result/);
  assert.ok((await page.locator('.file mark').allInnerTexts()).includes('parseAddress'));
  assert.match(await page.locator('.coverage').innerText(), /Searched \d+ files in .*network/);
  assert.match(await page.locator('.hit .symbol').first().innerText(), /parseAddress/);
  assert.equal(new URL(page.url()).searchParams.get('q'), 'parseAddress');
  // What a person feels: from the key to results on the screen, the pause that gathers keys included.
  const times: number[] = [];
  for (const query of ['connect', 'host port', '"address.host"', 'listen', 'parse address']) {
    times.push(await page.evaluate<number>(`new Promise((done) => {
      const input = document.getElementById('query');
      input.value = ${JSON.stringify(query)};
      const from = performance.now();
      const seen = new MutationObserver(() => { seen.disconnect(); requestAnimationFrame(() => setTimeout(() => done(performance.now() - from))); });
      seen.observe(document.getElementById('results'), { childList: true });
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    })`));
  }
  context.diagnostic(`from typing to drawn results: ${times.map((time) => `${Math.round(time)} ms`).join(', ')}`);
});

test('going back and forward shows former queries and places without asking again', { skip: missing }, async () => {
  await using tab = await visit('/?q=parseAddress');
  const { page } = tab;
  await page.locator('.file').first().waitFor();
  await page.locator('.hit a.target').first().click();
  await page.locator('.row.marked').first().waitFor();
  assert.match(page.url(), /\/files\/network\/src\/address\.ts#L\d+-L\d+$/);
  await page.goBack();
  await page.locator('.file').first().waitFor();
  assert.equal(await page.inputValue('#query'), 'parseAddress');
  await page.goForward();
  await page.locator('.row.marked').first().waitFor();
});

test('absence says what was searched and what was not', { skip: missing }, async () => {
  await using tab = await visit(`/?q=${encodeURIComponent('"nowhere to be found"')}`);
  const text = await tab.page.locator('.empty').innerText();
  assert.match(text, /Nothing found/);
  assert.match(text, /Searched \d+ files/);
  assert.match(text, /Not searched: 1 file \(1 binary\)/);
});

test('a query that cannot be read is told with what to do', { skip: missing }, async () => {
  await using tab = await visit(`/?mode=regex&q=${encodeURIComponent('(unclosed')}`, {}, /400/);
  assert.match(await tab.page.locator('.fault').innerText(), /\w+/);
});

test('filters narrow what was loaded, with counts, and stand in the address', { skip: missing }, async () => {
  await using tab = await visit('/?q=address&mode=text');
  const { page } = tab;
  await page.locator('[data-facet="Language:python"]').check();
  await until(page, `document.querySelectorAll('.file').length === 1`);
  assert.equal(await page.locator('.file .path').innerText(), 'tools/address.py');
  assert.equal(new URL(page.url()).searchParams.get('lang'), 'python');
  assert.match(await page.locator('.facets-note').innerText(), /Counts of all \d+ results/);
  await page.goBack();
  await until(page, `document.querySelectorAll('.file').length > 1`);
  assert.equal(await page.locator('[data-facet="Language:python"]').isChecked(), false);
});

test('a name in a file leads to its definition and references with their evidence', { skip: missing }, async () => {
  await using tab = await visit('/files/network/src/client.ts#L4');
  const { page } = tab;
  await page.locator('.row.marked').waitFor();
  assert.equal(await page.locator('.row.marked').getAttribute('data-line'), '4');
  await clickOn(page, 4, 'parseAddress');
  const panel = page.locator('.panel');
  await panel.locator('.spot').first().waitFor();
  const text = await panel.innerText();
  assert.match(text, /1 Definition/);
  assert.match(text, /Reference/);
  assert.match(text, /resolved|candidate/);
  await panel.locator('.spot').first().click();
  await page.waitForURL(/address\.ts#L2-L6$/);
  await page.locator('.row.marked').first().waitFor();
  assert.equal(await page.locator('.row.marked').count(), 5);
  assert.equal(await page.locator('#outline a[aria-current]').getAttribute('data-start'), '2');
  assert.match(await page.locator('#outline').innerText(), /parseAddress\s+function/);
});

/** Clicks into the middle of a word of a line. */
async function clickOn(page: Page, line: number, word: string): Promise<void> {
  const box = await page.evaluate<{ x: number; y: number }>(`(() => {
    const walker = document.createTreeWalker(document.querySelector('.row[data-line="${line}"] .line'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(${JSON.stringify(word)});
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + ${word.length});
      const { left, width, top, height } = range.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    }
  })()`);
  await page.mouse.click(box.x, box.y);
}

test('lines have permanent links, and shift chooses a range', { skip: missing }, async () => {
  await using tab = await visit('/files/network/src/address.ts');
  const { page } = tab;
  await page.locator('.no[data-no="2"]').click();
  assert.equal(new URL(page.url()).hash, '#L2');
  await page.locator('.no[data-no="5"]').click({ modifiers: ['Shift'] });
  assert.equal(new URL(page.url()).hash, '#L2-L5');
  assert.equal(await page.locator('.row.marked').count(), 4);
  await page.reload();
  await page.locator('.row.marked').first().waitFor();
  assert.equal(await page.locator('.row.marked').count(), 4);
});

test('similar code is found from chosen lines, in other languages too', { skip: missing }, async () => {
  await using tab = await visit('/files/network/src/address.ts#L2-L6');
  const { page } = tab;
  await page.locator('.row.marked').first().waitFor();
  assert.equal(await page.locator('#similar').innerText(), 'Find similar to lines 2–6');
  await page.locator('#similar').click();
  await page.locator('.file').first().waitFor();
  assert.match(await page.locator('#status').innerText(), /Code like src\/address\.ts:2–6/);
  assert.ok((await page.locator('.file .path').allInnerTexts()).includes('tools/address.py'));
});

test('a long file comes in pieces with a way to the rest', { skip: missing }, async () => {
  await using tab = await visit('/files/network/data/long.ts#L9000');
  const { page } = tab;
  await page.locator('.row.marked').waitFor();
  assert.match(await page.locator('.row.marked .line').innerText(), /value9000/);
  assert.ok((await page.locator('.row').count()) <= 5_000);
  await page.locator('.rest a').first().click();
  await until(page, `document.querySelector('.row.marked')?.dataset.line !== '9000'`);
  await until(page, `document.querySelector('.row[data-line="4000"]') !== null`);
});

test('the keyboard alone searches, opens, looks a name up and comes back', { skip: missing }, async () => {
  await using tab = await visit('/repositories');
  const { page } = tab;
  const { keyboard } = page;
  await page.locator('.repo-card').first().waitFor();
  await keyboard.press('/');
  await keyboard.type('parseAddress');
  await until(page, `document.querySelector('.hit .symbol')?.textContent === 'parseAddress'`);
  await keyboard.press('ArrowDown');
  assert.match(await page.evaluate<string>('document.activeElement.className'), /target/);
  await keyboard.press('j');
  await keyboard.press('k');
  await keyboard.press('Enter');
  await page.locator('#file-code .row').first().waitFor();
  await until(page, `document.activeElement.id === 'file-code'`);
  await keyboard.press('ArrowRight');
  await keyboard.press('l');
  await keyboard.press('ArrowRight');
  await keyboard.press('Enter');
  await page.locator('.panel .spot').first().waitFor();
  assert.match(await page.locator('.panel h2').innerText(), /parseAddress/);
  await keyboard.press('j');
  assert.match(await page.evaluate<string>('document.activeElement.className'), /spot/);
  await keyboard.press('Escape');
  assert.equal(await page.locator('.panel').count(), 0);
  assert.equal(await page.evaluate('document.activeElement.id'), 'file-code');
  await keyboard.press('?');
  assert.ok(await page.locator('#keys').isVisible());
  await keyboard.press('Escape');
  await keyboard.press('f');
  assert.match(await page.inputValue('#query'), /^path:/);
  await keyboard.press('Escape');
  assert.notEqual(await page.evaluate('document.activeElement.id'), 'query');
});

test('scripts in names and contents do nothing', { skip: missing }, async () => {
  await using tab = await visit('/?q=stolenParseAddress', {}, /404/);
  for (const [at, address] of [
    '/?q=stolenParseAddress', `/?q=${encodeURIComponent('"onerror"')}`, `/?q=${encodeURIComponent(SCRIPT)}`, `/files/hostile/${encodeURIComponent(HOSTILE_NAME)}`, '/files/hostile/docs/readme.md',
    `/files/${encodeURIComponent(SCRIPT)}/x`, `/?q=x&mode=${encodeURIComponent(SCRIPT)}&repo=${encodeURIComponent(SCRIPT)}`, '/repositories',
  ].entries()) {
    if (at > 0) await tab.page.goto(server.url + address);
    await tab.page.locator('.file, .row, .fault, .repo-card, .empty').locator('visible=true').first().waitFor();
    assert.equal(await tab.page.locator('main img, main script, main iframe, a[href^="javascript:"]').count(), 0, address);
  }
});

test('the page of repositories follows an index run to its end', { skip: missing }, async () => {
  const added = path.join(root, 'added');
  writeAll(added, Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`src/part${at}.ts`, `export function part${at}(): number {\n  return ${at};\n}\n`])));
  await using tab = await visit('/repositories');
  const { page } = tab;
  await page.locator('.repo-card[data-repository="network"]').waitFor();
  assert.match(await page.locator('.repo-card[data-repository="network"]').innerText(), /1 file left out: 1 binary/);
  await page.locator('.repo-card[data-repository="network"] .skipped summary').click();
  await page.locator('.skipped-list').waitFor();
  assert.match(await page.locator('.skipped-list').innerText(), /picture\.png binary/);
  await getJson(server, '/api/repositories', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path: added, purpose: 'a test', days_to_keep: 7 }) }, 202);
  await page.locator('.job[data-state="done"]').waitFor({ timeout: 30_000 });
  const card = page.locator('.repo-card[data-repository="added"]');
  await card.waitFor();
  assert.match(await card.innerText(), /150/);
  assert.match(await card.innerText(), /in [67] days/);
  await card.getByRole('button', { name: 'Remove' }).click();
  await page.locator('dialog .danger').click();
  await card.waitFor({ state: 'detached' });
});

test('a server with tokens asks for one and keeps it for the tab', { skip: missing }, async () => {
  await using guarded = await startServer({ dataDir: path.join(root, 'guarded'), cwd: root, env: { ADMIN_TOKEN: 'a-token-of-a-test-0123456789' } });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${guarded.url}/repositories`);
  await page.fill('#token-input', 'not-the-token-of-this-test');
  await page.keyboard.press('Enter');
  await until(page, `document.querySelectorAll('#token-input').length === 1 && document.querySelector('#token-input').value === ''`);
  await page.fill('#token-input', 'a-token-of-a-test-0123456789');
  await page.keyboard.press('Enter');
  await page.locator('#repository-list .empty').waitFor();
  assert.equal(await page.evaluate(`sessionStorage.getItem('code-index-token')`), 'a-token-of-a-test-0123456789');
  assert.equal(await page.evaluate(`JSON.stringify(localStorage) + document.cookie`), '{}');
  await page.reload();
  await page.locator('#repository-list .empty').waitFor();
  await context.close();
});

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

test('a screen reader finds its way, colours have contrast, a phone needs no sideways scrolling', { skip: missing }, async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 800 }, bypassCSP: true });
    await context.addInitScript(AXE);
    const page = await context.newPage();
    for (const [address, ready] of [['/', '.welcome'], ['/?q=parseAddress', '.file'], ['/?q=address&mode=text', '.file'], ['/files/network/src/address.ts#L2', '.row.marked'], ['/repositories', '.repo-card']] as const) {
      await page.goto(server.url + address);
      await page.locator(ready).first().waitFor();
      if (ready === '.row.marked') {
        await clickOn(page, 2, 'parseAddress');
        await page.locator('.panel .spot').first().waitFor();
      }
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')) <= 0, `${address} is too wide`);
      const violations = await page.evaluate<{ id: string; impact: string; nodes: string[] }[]>(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
        violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => node.html + ' ' + node.failureSummary) })))`);
      assert.deepEqual(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical'), [], `${address} ${colorScheme}`);
      const other = violations.filter(({ impact }) => impact !== 'serious' && impact !== 'critical').map(({ id }) => id);
      assert.deepEqual(other, [], `${address} ${colorScheme}: minor`);
    }
    await context.close();
  }
});

test('the theme switch holds over a reload', { skip: missing }, async () => {
  await using tab = await visit('/', { colorScheme: 'light' });
  const { page } = tab;
  const paper = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const light = await paper();
  await page.locator('#theme').click();
  assert.equal(await paper(), light);
  await page.locator('#theme').click();
  const dark = await paper();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await paper(), dark);
});

test('files of the page are kept for ever by their hash, compressed, and answered without a token', { skip: missing }, async () => {
  const shell = await fetch(`${server.url}/`);
  assert.equal(shell.headers.get('cache-control'), 'no-cache');
  const policy = shell.headers.get('content-security-policy') ?? '';
  for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), policy);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.equal((await fetch(`${server.url}/`, { headers: { 'if-none-match': shell.headers.get('etag') ?? '' } })).status, 304);
  const [script] = /\/page\/[\w-]+\/main\.\w+/.exec(await shell.text()) ?? [''];
  const main = await fetch(server.url + script, { headers: { 'accept-encoding': 'br' } });
  assert.equal(main.headers.get('content-encoding'), 'br');
  assert.match(main.headers.get('cache-control') ?? '', /immutable/);
  assert.match(main.headers.get('content-type') ?? '', /^text\/javascript/);
  assert.equal((await fetch(server.url + script, { headers: { 'accept-encoding': 'br;q=0, identity' } })).headers.get('content-encoding'), null);
  assert.equal((await fetch(server.url + script.replace(/[^/]+$/, 'nothing.js'))).status, 404);
  assert.equal((await fetch(server.url + script.replace(/[^/]+$/, '..%2f..%2fpackage.json'))).status, 404);
});
