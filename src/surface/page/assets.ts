/** The files of the page in memory: type-stripped or built, hashed, and compressed once. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  /** Smallest first is not asked: browsers take brotli over https and loopback, gzip elsewhere. */
  readonly brotli: Buffer;
  readonly gzip: Buffer;
}

export interface Assets {
  /** Hash of all files: the folder of their addresses, so that they may be kept for ever. */
  readonly version: string;
  readonly shell: Asset;
  readonly files: ReadonlyMap<string, Asset>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.ts': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8',
};

/** `<package>/src/surface/page` and `<package>/dist/surface/page` lie equally deep. */
const PACKAGE = path.resolve(import.meta.dirname, '..', '..', '..');
const FROM_SOURCE = import.meta.filename.endsWith('.ts');
const WRITTEN = path.join(PACKAGE, 'web');
/** Modules that are loaded when first wanted, or hold types alone. */
const LATER = /^(?:repositories|jobs|manage|types)\./;

/** Reads everything. From source, types are taken off as Node does it; the package has that done already. */
export async function loadAssets({ management }: { readonly management: boolean }): Promise<Assets> {
  const texts = new Map<string, string>();
  for (const name of (await readdir(WRITTEN)).sort()) if (/\.(?:css|svg|js)$/.test(name)) texts.set(name, await readFile(path.join(WRITTEN, name), 'utf8'));
  for (const [name, text] of await scripts()) texts.set(name, text);
  const hash = createHash('sha256');
  for (const [name, text] of texts) hash.update(`${name}\0${text}\0`);
  const version = hash.digest('base64url').slice(0, 16);
  const at = `/page/${version}`;
  const modules = [...texts.keys()].filter((name) => name !== 'theme.js' && /\.(?:js|ts)$/.test(name));
  const main = modules.find((name) => name.startsWith('main.')) ?? '';
  const shell = (await readFile(path.join(WRITTEN, 'index.html'), 'utf8'))
    .replaceAll('{{assets}}', at).replaceAll('{{main}}', `${at}/${main}`).replaceAll('{{management}}', String(management))
    .replace('{{preload}}', modules.filter((name) => name !== main && !LATER.test(name)).map((name) => `<link rel="modulepreload" href="${at}/${name}">`).join('\n'));
  const files = await Promise.all([...texts].map(async ([name, text]): Promise<[string, Asset]> => [name, await prepare(name, text)]));
  return { version, shell: await prepare('index.html', shell), files: new Map(files) };
}

async function scripts(): Promise<readonly (readonly [string, string])[]> {
  const folder = FROM_SOURCE ? WRITTEN : path.join(PACKAGE, 'dist', 'web');
  const names = (await readdir(folder)).filter((name) => name.endsWith(FROM_SOURCE ? '.ts' : '.js') && !name.endsWith('.d.ts')).sort();
  return Promise.all(names.map(async (name) => {
    const text = await readFile(path.join(folder, name), 'utf8');
    return [name, FROM_SOURCE ? stripTypeScriptTypes(text) : text] as const;
  }));
}

async function prepare(name: string, text: string): Promise<Asset> {
  const plain = Buffer.from(text);
  const [brotli, gzipped] = await Promise.all([
    promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
    promisify(gzip)(plain, { level: 9 }),
  ]);
  return { type: TYPES[path.extname(name)] ?? 'application/octet-stream', etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`, plain, brotli, gzip: gzipped };
}
