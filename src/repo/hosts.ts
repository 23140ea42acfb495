/**
 * Where a git URL leads: its host, the addresses behind the name, and whether they may be reached. Whoever names a URL
 * to a server may mean the server's own network; so names are looked up here, once, and git gets the addresses that were
 * checked: a name that is answered otherwise the next time leads nowhere else.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { CodeIndexError } from '../base/mod.ts';
import { withoutCredentials, type Transport } from './urls.ts';

export interface HostRules {
  /** Names, `*.example.org` for those below; empty: every host. */
  readonly hosts: readonly string[];
  /** Hosts with addresses of private networks and of this machine, too. */
  readonly privateHosts: boolean;
}

/** How git is held to what was checked. */
export interface Pinned {
  /** For `git -c`. */
  readonly config: readonly string[];
  /** For the ssh program. */
  readonly sshOptions: readonly string[];
}

const FREE: Pinned = { config: [], sshOptions: [] };

/** Everything that parsers of URLs disagree about is outside of this pattern. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/(?:([\w.~%+][\w.~%+-]*)(?::[^@/\\?#\s]*)?@)?(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(\d{1,5}))?(?:\/[^\\]*)?$/i;
const LIKE_SCP = /^(?:([\w.][\w.-]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?):(?!-)[^\\]*$/i;

/** The host and port of a URL that may be cloned. Throws `invalid_query` for what two parsers could read in two ways. */
export function destinationOf(url: string): { readonly host: string; readonly port: number | null } {
  const found = url.includes('://') ? AUTHORITY.exec(url) : LIKE_SCP.exec(url);
  if (found === null) {
    throw new CodeIndexError('invalid_query', `${JSON.stringify(withoutCredentials(url))} does not say plainly which host it means.`, 'Write it as https://host/path or ssh://user@host/path, the host in letters, digits, dots and dashes.');
  }
  const host = (found[2] as string).toLowerCase().replace(/^\[|\]$/g, '');
  // 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 to some programs and a name to others.
  if (isIP(host) === 0 && /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(host)) {
    throw new CodeIndexError('invalid_query', `${JSON.stringify(host)} is neither a name nor a plain address.`, 'Write an address as four numbers from 0 to 255, or give the name of the host.');
  }
  return { host, port: url.includes('://') && found[3] !== undefined ? Number(found[3]) : null };
}

/**
 * Checks where a URL leads and gives what holds git to it.
 * Errors: `invalid_query`, `path_not_allowed` for hosts that the rules leave out, `unavailable` for names without an address.
 */
export async function checkHost(url: string, transport: Transport, rules: HostRules): Promise<Pinned> {
  if (transport === 'file') return FREE;
  const { host, port } = destinationOf(url);
  if (rules.hosts.length > 0 && !rules.hosts.some((one) => covers(one.toLowerCase(), host))) {
    throw new CodeIndexError('path_not_allowed', `${host} is none of the hosts that may be cloned from.`, 'Ask for it to be added to MCP_ALLOWED_GIT_HOSTS.');
  }
  if (rules.privateHosts) return rules.hosts.length === 0 ? FREE : { config: ['http.followRedirects=false'], sshOptions: [] };
  const addresses = await addressesOf(host);
  const inside = addresses.find(isPrivate);
  if (inside !== undefined) {
    throw new CodeIndexError('path_not_allowed', `${host} leads to an address that is not of the public network.`, 'Name a public host; MCP_ALLOW_PRIVATE_HOSTS=true allows others.');
  }
  return pin(host, port, transport, addresses);
}

function covers(rule: string, host: string): boolean {
  return rule.startsWith('*.') ? host.endsWith(rule.slice(1)) && host.length > rule.length - 1 : rule === host;
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
  } catch (error) {
    throw new CodeIndexError('unavailable', `The host ${host} has no address.`, 'Check its name, and that this machine can look names up.', { cause: error });
  }
}

function pin(host: string, port: number | null, transport: Transport, addresses: readonly string[]): Pinned {
  const [first = host] = addresses;
  if (transport === 'ssh') {
    const alias = port === null || port === 22 ? host : `[${host}]:${port}`;
    return { config: [], sshOptions: [`HostName=${first}`, `HostKeyAlias=${alias}`] };
  }
  const resolved = addresses.map((address) => (isIPv4(address) ? address : `[${address}]`)).join(',');
  return { config: ['http.followRedirects=false', ...(isIP(host) !== 0 ? [] : [`http.curloptResolve=${host}:${port ?? 443}:${resolved}`])], sshOptions: [] };
}

/** This machine, private and shared networks, links, groups, examples, ways into IPv4, and the metadata services of clouds. */
const PRIVATE: readonly (readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'], ['10.0.0.0', 8, 'ipv4'], ['100.64.0.0', 10, 'ipv4'], ['127.0.0.0', 8, 'ipv4'], ['168.63.129.16', 32, 'ipv4'], ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'], ['192.0.0.0', 24, 'ipv4'], ['192.0.2.0', 24, 'ipv4'], ['192.88.99.0', 24, 'ipv4'], ['192.168.0.0', 16, 'ipv4'], ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'], ['203.0.113.0', 24, 'ipv4'], ['224.0.0.0', 4, 'ipv4'], ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'], ['::ffff:0:0', 96, 'ipv6'], ['::ffff:0:0:0', 96, 'ipv6'], ['64:ff9b::', 96, 'ipv6'], ['64:ff9b:1::', 48, 'ipv6'], ['100::', 64, 'ipv6'], ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'], ['2002::', 16, 'ipv6'], ['3fff::', 20, 'ipv6'], ['5f00::', 16, 'ipv6'], ['fc00::', 7, 'ipv6'], ['fe80::', 10, 'ipv6'], ['fec0::', 10, 'ipv6'], ['ff00::', 8, 'ipv6'],
];

/** One list for each family: a single one would take an IPv4 address for the IPv6 address that it is mapped to. */
const lists = new Map<'ipv4' | 'ipv6', BlockList>();

/** Whether an address is of a network that strangers cannot reach. */
export function isPrivate(address: string): boolean {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  let list = lists.get(family);
  if (list === undefined) {
    list = new BlockList();
    for (const [net, prefix, of] of PRIVATE) if (of === family) list.addSubnet(net, prefix, of);
    lists.set(family, list);
  }
  // An address with a zone belongs to one link.
  return address.includes('%') || list.check(address, family);
}
