import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHost, destinationOf, isPrivate, type HostRules } from './hosts.ts';
import { refused } from './testing.ts';

const PUBLIC: HostRules = { hosts: [], privateHosts: false };

test('which host a URL means, where all who read it agree', () => {
  const read = (url: string): string => {
    const { host, port } = destinationOf(url);
    return `${host} ${port}`;
  };
  assert.deepEqual(
    ['https://Git.Example.org/x', 'https://h.example:8443/x', 'ssh://git@h.example:22/x', 'git@h.example:team/x.git', 'h.example:x', 'https://[2606:4700::1]/x', 'https://u:p@h.example/x', 'https://my_host/x@y'].map(read),
    ['git.example.org null', 'h.example 8443', 'h.example 22', 'h.example null', 'h.example null', '2606:4700::1 null', 'h.example null', 'my_host null'],
  );
});

test('addresses that strangers cannot reach', () => {
  for (const address of [
    '127.0.0.1', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '255.255.255.255', '224.0.0.1', '168.63.129.16', '198.18.0.1',
    '::', '::1', '::127.0.0.1', '::ffff:8.8.8.8', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001:db8::1',
  ]) assert.equal(isPrivate(address), true, address);
  for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1', '2a00:1450:4001::1']) assert.equal(isPrivate(address), false, address);
});

test('hosts are taken by the list, and private ones only where that is allowed', async () => {
  const listed: HostRules = { hosts: ['git.example.org', '*.team.example'], privateHosts: true };
  for (const host of ['git.example.org', 'GIT.example.org', 'a.team.example', 'a.b.team.example']) await checkHost(`https://${host}/x`, 'https', listed);
  for (const host of ['example.org', 'team.example', 'xteam.example', 'git.example.org.evil.example', 'evil-git.example.org']) assert.match(await refused(() => checkHost(`https://${host}/x`, 'https', listed)), /^path_not_allowed/, host);
  assert.match(await refused(() => checkHost('https://localhost/x', 'https', { hosts: ['localhost'], privateHosts: false })), /^path_not_allowed/);
  assert.deepEqual(await checkHost('https://localhost/x', 'https', { hosts: [], privateHosts: true }), { config: [], sshOptions: [] });
  assert.match(await refused(() => checkHost('https://no-such-host.invalid/x', 'https', PUBLIC)), /^unavailable: The host .* has no address/);
});

test('git is held to the address that was checked, and follows nobody elsewhere', async () => {
  assert.deepEqual(await checkHost('https://8.8.8.8/x', 'https', PUBLIC), { config: ['http.followRedirects=false'], sshOptions: [] });
  assert.deepEqual(await checkHost('ssh://git@8.8.8.8:2222/x', 'ssh', PUBLIC), { config: [], sshOptions: ['HostName=8.8.8.8', 'HostKeyAlias=[8.8.8.8]:2222'] });
});
