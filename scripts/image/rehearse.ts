/**
 * `node scripts/image/rehearse.ts [folder]`: builds deploy/Dockerfile.production with Debian's buildah, measures the
 * image, and runs the tests of the image on what came out. Needs root, buildah, mmdebstrap, bubblewrap and three minutes.
 *
 * No registry is asked: what stands for node:24-bookworm-slim is made of Debian's packages, this repository's Node and
 * this machine's npm. In the folder (/var/tmp/code-index-image) the base stays for the next time.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const SOURCE = path.resolve(import.meta.dirname, '..', '..');
const BASE = 'localhost/code-index/node:24-bookworm-slim';
const IMAGE = 'localhost/code-index/mcp-server:production';

const { positionals: [given], values: { debian, report } } = parseArgs({ allowPositionals: true, options: { debian: { type: 'string', default: 'bookworm' }, report: { type: 'string' } } });
const folder = path.resolve(given ?? '/var/tmp/code-index-image');
const lines: string[] = [];

function say(line: string): void {
  lines.push(line);
  console.log(line);
}

function timed<Result>(what: string, run: () => Result): Result {
  const started = performance.now();
  const result = run();
  say(`| ${what} | ${((performance.now() - started) / 1_000).toFixed(1)} s |`);
  return result;
}

function buildah(...words: readonly string[]): string {
  return execFileSync('buildah', ['--root', path.join(folder, 'images'), '--runroot', path.join(folder, 'run'), ...words], { cwd: SOURCE, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Debian, Node and npm, laid out as the official image has them. */
function makeBase(): void {
  const root = path.join(folder, 'base');
  if (!existsSync(root)) {
    execFileSync('mmdebstrap', ['--variant=minbase', '--include=ca-certificates', debian, `${root}.part`], { stdio: ['ignore', 'ignore', 'pipe'] });
    cpSync(`${root}.part`, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    rmSync(`${root}.part`, { recursive: true, force: true });
  }
  const modules = path.join(root, 'usr/local/lib/node_modules');
  const npm = path.resolve(realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim()), '..', '..');
  cpSync(process.execPath, path.join(root, 'usr/local/bin/node'));
  cpSync(npm, path.join(modules, 'npm'), { recursive: true });
  rmSync(path.join(root, 'usr/local/bin/npm'), { force: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(root, 'usr/local/bin/npm'));
  // Where connections are looked into on their way, a company's base image knows its authority; so does this one.
  const authority = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  if (authority !== '') cpSync(authority, path.join(root, 'etc/ssl/extra.pem'));
  const container = buildah('from', 'scratch');
  buildah('copy', '--quiet', container, root, '/');
  buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...(authority === '' ? [] : ['--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/extra.pem']), container);
  buildah('commit', '--quiet', '--rm', container, BASE);
}

function build(): void {
  const revision = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: SOURCE, encoding: 'utf8' }).trim();
  // The format that has HEALTHCHECK.
  const words = ['bud', '--format', 'docker', '--isolation', 'chroot', '--network', 'host', '-f', 'deploy/Dockerfile.production', '--build-arg', `NODE_IMAGE=${BASE}`, '--build-arg', `REVISION=${revision}`, '-t', IMAGE, '.'];
  writeFileSync(path.join(folder, 'build.log'), buildah(...words));
}

function sizes(root: string): void {
  const bytes = (file: string): number => Number(execFileSync('du', ['-sb', path.join(root, file)], { encoding: 'utf8' }).split('\t', 1)[0]);
  say('\n| what | MB |\n|---|---:|');
  for (const [what, file] of [['the image', '.'], ['Node', 'usr/local/bin/node'], ['git, with libraries of all programs', 'usr'], ['packages', 'opt/code-index/node_modules'], ['model', 'opt/code-index/model'], ['our program', 'opt/code-index/dist']] as const) {
    const own = bytes(file) - (file === 'usr' ? bytes('usr/local/bin/node') : 0);
    say(`| ${what} | ${(own / 1e6).toFixed(1)} |`);
  }
}

mkdirSync(folder, { recursive: true });
say(`# The production image, built and run without an engine\n\n${execFileSync('date', ['-u', '+%F %H:%M UTC'], { encoding: 'utf8' }).trim()}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Debian ${readFileSync('/etc/debian_version', 'utf8').trim()}, ${execFileSync('buildah', ['--version'], { encoding: 'utf8' }).trim()}\n`);
say('| step | time |\n|---|---:|');
if (buildah('images', '--quiet', '--filter', `reference=${BASE}`) === '') timed('a base of Debian, Node and npm', makeBase);
else say('| a base of Debian, Node and npm | there already |');
timed('`buildah bud -f deploy/Dockerfile.production`', build);
const container = buildah('from', '--pull-never', IMAGE);
try {
  const root = buildah('mount', container);
  const tests = timed('tests of the image, on what was built', () => spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', 'test/deploy/image.test.ts'], { cwd: SOURCE, encoding: 'utf8', env: { ...process.env, IMAGE_ROOT: root } }));
  sizes(root);
  say(`\n\`\`\`\n${tests.stdout.replaceAll(/\x1b\[[0-9;]*m/g, '').trim()}\n\`\`\``);
  const { Docker: { config } } = JSON.parse(buildah('inspect', '--type', 'image', IMAGE)) as { readonly Docker: { readonly config: Readonly<Record<string, unknown>> } };
  say(`\n\`\`\`json\n${JSON.stringify(Object.fromEntries(['User', 'WorkingDir', 'Entrypoint', 'Cmd', 'ExposedPorts', 'Volumes', 'StopSignal', 'Healthcheck', 'Env'].map((name) => [name, config[name]])), null, 1)}\n\`\`\``);
  process.exitCode = tests.status ?? 1;
} finally {
  buildah('umount', container);
  buildah('rm', container);
}
if (report !== undefined) writeFileSync(report, `${lines.join('\n')}\n`);
