import { readFileSync } from 'node:fs';
import { CodeIndexError } from '../base/mod.ts';
import { OWN_FILE, ownVerdicts } from '../repo/mod.ts';

/** What looks like a secret and is none, by the word of whoever runs the program. */
export interface AllowedSecrets {
  /** SHA-256 of texts, hexadecimal. */
  readonly digests: readonly string[];
  /** Whether nothing is masked in the file at this path. */
  allows(repository: string, path: string): boolean;
}

export const NOTHING_ALLOWED: AllowedSecrets = { digests: [], allows: () => false };

/** Larger files are no list that a person wrote. */
const FILE_BYTES = 4_194_304;

/**
 * Reads an allow-file. Each line is `sha256:` and the digest of a text, a path in the syntax of `.gitignore`, or such a
 * path after the name of a repository and a colon; `#` begins a comment. Throws `invalid_query` where the file cannot be
 * read or a digest is none: an allow-file that was meant and not read would mask what should be seen.
 */
export function readAllowedSecrets(file: string): AllowedSecrets {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CodeIndexError('invalid_query', `The list of allowed secrets ${JSON.stringify(file)} cannot be read: ${(error as Error).message}.`, 'Correct SECRETS_ALLOW_FILE, or unset it.', { cause: error });
  }
  if (bytes.length > FILE_BYTES) throw new CodeIndexError('invalid_query', `The list of allowed secrets ${JSON.stringify(file)} has ${bytes.length} bytes.`, `Keep it below ${FILE_BYTES} bytes.`);
  // Patterns and paths are compared as byte strings.
  return allowedSecrets(bytes.toString('latin1'), file);
}

/** `text` as a byte string; `name` of the file, for errors. */
export function allowedSecrets(text: string, name: string): AllowedSecrets {
  const digests: string[] = [];
  const globs = new Map<string, string[]>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    if (trimmed.startsWith('sha256:')) {
      const digest = trimmed.slice('sha256:'.length).toLowerCase();
      if (!/^[0-9a-f]{64}$/.test(digest)) throw new CodeIndexError('invalid_query', `Line ${index + 1} of ${JSON.stringify(name)} is no SHA-256.`, 'Copy the digest from `code-index secrets`.');
      digests.push(digest);
      continue;
    }
    const colon = /^([^/*:\\]+):(.+)$/.exec(trimmed);
    const [repository, glob] = colon === null ? ['', trimmed] : [colon[1] as string, colon[2] as string];
    globs.set(repository, [...(globs.get(repository) ?? []), glob]);
  }
  const tests = new Map([...globs].map(([repository, lines]) => [repository, ownVerdicts([{ path: OWN_FILE, text: lines.join('\n') }])]));
  const allows = (test: ReturnType<typeof ownVerdicts> | undefined, path: string): boolean => test?.(path) === 'out';
  return {
    digests,
    allows: (repository, path) => {
      if (tests.size === 0) return false;
      const bytes = Buffer.from(path, 'utf8').toString('latin1');
      return allows(tests.get(''), bytes) || allows(tests.get(Buffer.from(repository, 'utf8').toString('latin1')), bytes);
    },
  };
}
