/** Git URLs: which ones are taken, and how they are shown without their passwords. */
import { existsSync } from 'node:fs';
import { CodeIndexError } from '../base/mod.ts';

const TRANSPORTS = ['https', 'ssh', 'file'] as const;
export type Transport = (typeof TRANSPORTS)[number];

const WITH_SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const HELPER = /^[a-z0-9][a-z0-9+.-]*::/i;
/** `user@host:path` or `host:path`, as ssh has it; a single letter before the colon is a drive. */
const LIKE_SCP = /^(?:[^/\\:@\s]+@[^/\\:@\s]+|[^/\\:@\s]{2,}):(?!:)/;

/** Whether a text means a repository elsewhere, not a folder here. Says nothing about whether it may be cloned. */
export function isRepositoryUrl(text: string): boolean {
  if (WITH_SCHEME.test(text) || HELPER.test(text)) return true;
  return LIKE_SCP.test(text) && !existsSync(text);
}

/**
 * The transport of a URL that may be cloned.
 * Errors: `invalid_query` for what is no git URL, `path_not_allowed` for transports that are not allowed here.
 */
export function transportOf(url: string, allow: readonly Transport[]): Transport {
  const shown = withoutCredentials(url);
  if (url === '' || url.startsWith('-') || /[\0-\x20\x7f]/.test(url)) {
    throw new CodeIndexError('invalid_query', `${JSON.stringify(shown)} is no git URL.`, 'Give an https:// or ssh:// URL, or user@host:path.');
  }
  const scheme = HELPER.test(url) ? `${url.split('::', 1)[0]}::` : WITH_SCHEME.exec(url)?.[1]?.toLowerCase();
  const transport = scheme === undefined ? (LIKE_SCP.test(url) ? 'ssh' : 'file') : scheme;
  const known = TRANSPORTS.find((one) => one === transport);
  if (known === undefined || !allow.includes(known)) {
    throw new CodeIndexError('path_not_allowed', `${shown} uses ${transport}, which may not be cloned from here.`, `Use ${allow.map((one) => `${one}://`).join(' or ')}${known === 'file' ? ', or index the folder itself' : ''}.`);
  }
  const host = url.replace(WITH_SCHEME, '').replace(/^[^/@]*@/, '');
  if (known !== 'file' && (host === '' || host.startsWith('-') || host.startsWith('/'))) {
    throw new CodeIndexError('invalid_query', `${JSON.stringify(shown)} names no host.`, 'Give the whole URL, as `git clone` takes it.');
  }
  return known;
}

/** The text with user names and passwords of URLs taken out: for messages and logs. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, '$1').replace(/([?&](?:access_token|private_token|token|password)=)[^&\s]*/gi, '$1***');
}

/** Whether a URL carries a password or a token, which is not written down. */
export function hasCredentials(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]*@/i.test(url) || /^https:\/\/[^/@\s]+@/i.test(url) || /[?&](?:access_token|private_token|token|password)=/i.test(url);
}

/** Refuses what git would read as an option, a range or a pattern. */
export function requireBranchName(name: string): void {
  if (name !== '' && name.length <= 250 && !/^[-/.]|[\0-\x20\x7f~^:?*[\\]|\.\.|\/\/|@\{|\.lock$|[/.]$|^@$/.test(name)) return;
  throw new CodeIndexError('invalid_query', `${JSON.stringify(name.slice(0, 100))} cannot be the name of a branch.`, 'Name it as `git branch` lists it.');
}
