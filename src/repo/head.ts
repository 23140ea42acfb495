/** Which commit is checked out, from git's own files: asked before every answer, so it must not start a process. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gitEnvironment } from './git.ts';

export interface Head {
  /** Null when detached, or outside git. */
  readonly branch: string | null;
  /** Commit id; null where there is no commit yet, or outside git. */
  readonly head: string | null;
}

export interface HeadPlace {
  readonly gitDir: string | null;
  readonly commonDir: string | null;
}

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const packed = new Map<string, { readonly stamp: string; readonly text: string }>();

/** The branch and the commit of a location now. Reads two or three small files. */
export function headOf(location: HeadPlace): Head {
  const { gitDir, commonDir } = location;
  if (gitDir === null || commonDir === null) return { branch: null, head: null };
  const text = readSmall(join(gitDir, 'HEAD'));
  if (text === null) return askForHead(gitDir);
  if (OBJECT_ID.test(text)) return { branch: null, head: text };
  const reference = /^ref: *(.+)$/.exec(text)?.[1];
  // Repositories whose references are in a table keep this place-holder in HEAD.
  if (reference === undefined || reference === 'refs/heads/.invalid') return askForHead(gitDir);
  const branch = reference.startsWith('refs/heads/') ? reference.slice('refs/heads/'.length) : null;
  if (reference.split('/').includes('..')) return askForHead(gitDir);
  const loose = readSmall(join(commonDir, reference));
  if (loose === null) return { branch, head: packedReference(commonDir, reference) };
  return OBJECT_ID.test(loose) ? { branch, head: loose } : askForHead(gitDir);
}

function readSmall(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Read again only when the file changed: it can hold a hundred thousand references. */
function packedReference(commonDir: string, reference: string): string | null {
  const file = join(commonDir, 'packed-refs');
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const stamp = `${stat.mtimeMs}:${stat.size}:${stat.ino}`;
  let known = packed.get(commonDir);
  if (known?.stamp !== stamp) {
    if (packed.size > 32) packed.clear();
    known = { stamp, text: `\n${readSmall(file) ?? ''}\n` };
    packed.set(commonDir, known);
  }
  const at = known.text.indexOf(` ${reference}\n`);
  if (at < 0) return null;
  const id = known.text.slice(known.text.lastIndexOf('\n', at) + 1, at);
  return OBJECT_ID.test(id) ? id : null;
}

function askForHead(gitDir: string): Head {
  const ask = (args: readonly string[]): string | null => {
    try {
      return execFileSync('git', [`--git-dir=${gitDir}`, ...args], { env: gitEnvironment(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5_000 }).trim();
    } catch {
      return null;
    }
  };
  return { branch: ask(['symbolic-ref', '-q', '--short', 'HEAD']), head: ask(['rev-parse', '-q', '--verify', 'HEAD^{commit}']) };
}
