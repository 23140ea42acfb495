import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { TrigramSet } from '../trigrams.ts';
import { maskSecrets, searchesFor } from './mod.ts';

/**
 * Secrets are made when the test runs, so that no file holds any. Letters and digits as a machine would draw them: the
 * same for the same seed.
 */
function drawn(length: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', seed = 7): string {
  let state = seed;
  let out = '';
  while (out.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out += alphabet[(state >>> 8) % alphabet.length];
  }
  return out;
}
const HEX = '0123456789abcdef';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const dashes = (words: string): string => `-----${words}-----`;
const webToken = (header: object, payload: object): string => [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).concat(drawn(43)).join('.');

/** Masks, and checks what holds for every text: length, lines, idempotence, and that the filter by trigrams loses nothing. */
function check(text: string, path = 'src/a.ts'): string {
  const { text: masked, findings } = maskSecrets(text, path, new Set());
  assert.equal(masked.length, text.length);
  assert.deepEqual([...masked.matchAll(/\r|\n/g)].map(({ index }) => index), [...text.matchAll(/\r|\n/g)].map(({ index }) => index));
  assert.equal(maskSecrets(masked, path, new Set()).text, masked);
  const searches = searchesFor(new TrigramSet().of(text), path);
  assert.equal(searches === null ? text : maskSecrets(text, path, new Set(), searches).text, masked);
  return `${findings.map(({ rule, line, column }) => `${rule} ${line}:${column}`).join(', ')} | ${masked.replaceAll(/\*{4,}/g, '…')}`;
}

const SHAPES: readonly (readonly [rule: string, kept: string, secret: string])[] = [
  ['github-token', 'ghp_', `ghp_${drawn(36)}`],
  ['github-token', 'github_pat_', `github_pat_${drawn(22)}_${drawn(59)}`],
  ['gitlab-token', 'glpat-', `glpat-${drawn(20)}`],
  ['slack-token', 'xoxb-', `xoxb-${drawn(12, '0123456789')}-${drawn(24)}`],
  ['stripe-key', 'sk_live_', `sk_live_${drawn(24)}`],
  ['google-key', 'AIza', `AIza${drawn(35)}`],
  ['openai-key', 'sk-proj-', `sk-proj-${drawn(64)}`],
  ['openai-key', 'sk-', `sk-${drawn(48)}`],
  ['anthropic-key', 'sk-ant-', `sk-ant-api03-${drawn(93)}AA`],
  ['aws-access-key', 'AKIA', `AKIA${drawn(16, UPPER, 3)}`],
  ['npm-token', 'npm_', `npm_${drawn(36)}`],
  ['pypi-token', 'pypi-', `pypi-AgE${drawn(80)}`],
  ['sendgrid-key', 'SG.', `SG.${drawn(22)}.${drawn(43)}`],
  ['json-web-token', 'eyJ', webToken({ alg: 'HS256', typ: 'JWT' }, { sub: 'somebody' })],
  ['digitalocean-token', 'dop_v1_', `dop_v1_${drawn(64, HEX)}`],
  ['shopify-token', 'shpat_', `shpat_${drawn(32, HEX)}`],
  ['databricks-token', 'dapi', `dapi${drawn(32, HEX)}`],
  ['vault-token', 'hvs.', `hvs.${drawn(90)}`],
];

for (const [rule, kept, secret] of SHAPES) {
  test(`${rule}: ${kept}`, () => {
    assert.equal(check(`use("${secret}");\n`), `${rule} 1:6 | use("${kept}…");\n`);
    // In the middle of a word, cut short, or made of one letter it is none.
    assert.equal(check(`x${secret}`), ` | x${secret}`);
    assert.equal(check(`"${secret.slice(0, kept.length + 8)}"`), ` | "${secret.slice(0, kept.length + 8)}"`);
    if (!kept.startsWith('eyJ')) assert.match(check(`"${kept}${'x'.repeat(secret.length - kept.length)}"`), /^ \|/);
  });
}

test('secrets beside their names', () => {
  assert.equal(check(`aws_secret_access_key = ${drawn(40)}\n`), 'aws-secret-key 1:25 | aws_secret_access_key = …\n');
  assert.equal(check(`twilio(account, "SK${drawn(32, HEX)}")`), 'twilio-key 1:18 | twilio(account, "SK…")');
  assert.equal(check(`AccountName=a;AccountKey=${drawn(86)}==;`), 'azure-key 1:26 | AccountName=a;AccountKey=…;');
  assert.equal(check(`fetch("https://api.telegram.org/bot123456789:AA${drawn(33)}/getMe")`), 'telegram-token 1:45 | fetch("https://api.telegram.org/bot123456789:…/getMe")');
  assert.equal(check(`https://hooks.slack.com/services/T0AB1CD2E/B0AB1CD2E/${drawn(24)}`), 'webhook 1:54 | https://hooks.slack.com/services/T0AB1CD2E/B0AB1CD2E/…');
  assert.equal(check(`headers = { "Authorization": "Bearer ${drawn(40)}" }`), 'authorization 1:38 | headers = { "Authorization": "Bearer …" }');
});

test('passwords in addresses', () => {
  const url = (password: string): string => `postgres://app:${password}@db.internal:5432/app`;
  assert.equal(check(url('k3Vw9xQz')), 'password-in-url 1:16 | postgres://app:…@db.internal:5432/app');
  for (const none of ['password', 'secret12', '${PASSWORD}', '<password>', '%s', 'postgres', 'changeme1', 'example9']) assert.equal(check(url(none)), ` | ${url(none)}`);
  assert.equal(check('http://localhost:8080/a@b'), ' | http://localhost:8080/a@b');
});

test('values that look drawn, given to a name that tells of a secret', () => {
  const value = drawn(20);
  for (const [before, after, path] of [
    ['const apiKey = "', '";'], ['  "client_secret": "', '",'], ["password: str = '", "'"], ["$config['db_password'] = '", "';"], ['<password>', '</password>', 'a.xml'],
    ['api-key: ', '\n', 'config.yml'], ['export SERVICE_TOKEN=', '\n', 'run.sh'], ['char secret[] = "', '";'], ['setPassword("', '")'],
  ] as const) {
    assert.equal(check(before + value + after, path), `assigned-secret 1:${before.length + 1} | ${before}…${after}`, before);
  }
});

test('what only looks like an assigned secret', () => {
  for (const text of [
    'const token = "end_of_statement_token";', 'password = "correct horse battery staple"', 'const secretName = "prod/database/7f3a9c2e";', 'token: "ThisIsMyPlaceholder01"',
    'api_key = "YOUR_API_KEY_HERE_12345"', 'secret = "${SECRET_VALUE_123abc}"', 'password: "xxxxxxxxxxxxxxxx"', 'PublicKeyToken="b77a5c561934e089b77a5c56"', 'token_url = "https://a1b2.example/oauth2/v1"',
    'next_page_token = "CAUQAA7f3a9c2e5d1b8f4a"', 'password = getpass.getpass("Password for user 12: ")', 'const TokenKind = "IdentifierName2Value";', 'tokens: "@babel/tokens@7.12.13"', 'secrets: app/config/secrets.v2.yaml',
    'passwordFile = "/run/secrets/db_password_01"', 'token = "<insert token 0123abcd>"', 'password = "test1234test5678"', 'credential = "arn:aws:iam::123456789012:role/x9"',
  ]) assert.equal(check(text), ` | ${text}`);
  assert.equal(check('password: Str0ngish\n', 'a.md'), ' | password: Str0ngish\n');
});

test('private keys in files and in strings of programs', () => {
  const lines = [drawn(64), drawn(64, undefined, 9), `${drawn(20)}==`];
  const key = [dashes('BEGIN RSA PRIVATE KEY'), ...lines, dashes('END RSA PRIVATE KEY')];
  const hidden = `${dashes('BEGIN RSA PRIVATE KEY')}\n…\n…\n…\n${dashes('END RSA PRIVATE KEY')}\n`;
  assert.equal(check(`${key.join('\n')}\n`, 'id_rsa'), `private-key 1:1 | ${hidden}`);
  assert.equal(check(`# a\r\n${key.join('\r\n')}\r\n`, 'id_rsa'), `private-key 2:1 | # a\r\n${hidden.replaceAll('\n', '\r\n')}`);
  assert.match(check(`const key = "${key.join('\\n')}";`), /^private-key 1:14 \| const key = "-{5}BEGIN RSA PRIVATE KEY-{5}\\n…\\n…\\n…\\n-{5}END/);
  assert.match(check(key.map((line) => `  "${line}\\n"`).join(' +\n')), /^private-key 1:4 \| {3}"-{5}BEGIN RSA PRIVATE KEY-{5}\\n" \+\n {2}"…\\n" \+\n {2}"…/);
  assert.match(check(key.slice(0, 3).join('\n')), /^private-key 1:1 \| .*\n…\n…$/);
  for (const none of [`${dashes('BEGIN PUBLIC KEY')}\n${lines.join('\n')}\n${dashes('END PUBLIC KEY')}`, `${dashes('BEGIN PRIVATE KEY')}\n...\n${dashes('END PRIVATE KEY')}`]) assert.equal(check(none), ` | ${none}`);
});

test('files that are made to hold secrets', () => {
  assert.equal(check('# keys\nNODE_ENV=production\nAPI_KEY="k3Vw9"\nEMPTY_TOKEN=\nSESSION_SECRET=$OTHER\nURL=http://a.b\n', '.env'), 'env-file 3:10 | # keys\nNODE_ENV=production\nAPI_KEY="…*"\nEMPTY_TOKEN=\nSESSION_SECRET=$OTHER\nURL=http://a.b\n'.replace('…*', '…'));
  assert.equal(check('API_KEY=k3Vw9xQz\n', '.env.example'), ' | API_KEY=k3Vw9xQz\n');
  assert.equal(check('machine a.b login me password k3Vw9xQz\n', 'home/.netrc'), 'netrc 1:31 | machine a.b login me password …\n');
  assert.equal(check('db:5432:app:me:k3Vw9xQz\n', '.pgpass'), 'pgpass 1:16 | db:5432:app:me:…\n');
  assert.equal(check('//packages.example.org/:_authToken=k3Vw9xQz\n_authToken=${NPM_TOKEN}\n', '.npmrc'), 'npmrc 1:36 | //packages.example.org/:_authToken=…\n_authToken=${NPM_TOKEN}\n');
  assert.equal(check('users:\n- user:\n    client-key-data: TFMwdExTQ\n', '.kube/config'), 'kubeconfig 3:22 | users:\n- user:\n    client-key-data: …\n');
  assert.equal(check('https://me:k3Vw9xQz@a.b\n', '.git-credentials').split(' | ')[1], 'https://me:…@a.b\n');
  assert.equal(check('me:$apr1$x$k3Vw9xQzAbCd\n', '.htpasswd'), 'htpasswd 1:4 | me:…\n');
  assert.equal(check('[default]\naws_session_token = k3Vw9xQz\n', '.aws/credentials'), 'credentials-file 2:21 | [default]\naws_session_token = …\n');
  assert.equal(check('{"auths":{"a.b":{"auth":"bWU6azNWdzl4UXo="}}}', '.docker/config.json'), 'docker-login 1:26 | {"auths":{"a.b":{"auth":"…"}}}');
});

test('what is allowed by its digest stays; lines and columns count as editors do', () => {
  const [one, other] = [`ghp_${drawn(36)}`, `ghp_${drawn(36, undefined, 11)}`];
  const text = `é "𝒳" ${one}\r\n\n  ${other}\n`;
  const allowed = createHash('sha256').update(one).digest('hex');
  const { findings, text: masked } = maskSecrets(text, 'a', new Set([allowed]));
  assert.deepEqual(findings.map(({ line, column, length }) => [line, column, length]), [[3, 3, 40]]);
  assert.equal(masked, text.replace(other, `ghp_${'*'.repeat(36)}`));
  assert.deepEqual(maskSecrets(text, 'a', new Set()).findings.map(({ sha256, line, column }) => [sha256 === allowed, line, column]), [[true, 1, 8], [false, 3, 3]]);
});

test('length, lines and idempotence hold for any text; the time grows with its length alone', () => {
  const pieces = [...SHAPES.map(([, , secret]) => secret), dashes('BEGIN PRIVATE KEY'), dashes('END PRIVATE KEY'), drawn(64), 'password = "', 'token: ', '"', "'", '\n', '\r\n', ' ', '://u:', '@h', 'İ', '𝒳', '=', '<', '>', 'Authorization: Bearer ', 'twilio ', 'eyJ', '-', '_', '.'];
  const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 12 })), { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(fc.property(text, fc.constantFrom('a.ts', '.env', 'a.yml', '.npmrc', '.netrc', 'key.ppk'), (given, path) => void check(given, path)), { numRuns: 400 });
  for (const piece of ['eyJ-', '-----BEGIN ', 'token ', 'password="', '://a:', 'sk-', 'secret_', ':AA', 'twilio ', 'key: ', 'authorization:"', 'SK0', 'A=\n', '"token":"']) {
    const started = performance.now();
    check(piece.repeat(Math.ceil(300_000 / piece.length)), '.env');
    const took = performance.now() - started;
    assert.ok(took < 3_000, piece);
  }
});
