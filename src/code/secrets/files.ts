/** Files that are made to hold secrets: their values are masked, the file stays. */
import { looksDrawn } from './random.ts';
import type { Match } from './rule.ts';

interface SecretFile {
  readonly name: string;
  /** On the whole path. */
  readonly path: RegExp;
  /** The value is the last group that took part; a group `name` before it names it. */
  readonly pattern: RegExp;
  readonly accept?: (name: string, value: string) => boolean;
}

const TELLING = /pass|secret|token|key|pwd|credential|auth|private|dsn|salt|signature|cookie|session/i;
/** Settings that everybody may see, whatever their names sound like. */
const PLAIN = /^(?:true|false|yes|no|on|off|null|none|\d{1,6}|[a-z]{1,8})$/i;

/** Put in when it is used, or a word that asks for the true one. */
const SAID_ELSEWHERE = /^(?:\$[{(A-Z_]|[<{%]|[Cc]hange|CHANGE|[Yy]our|YOUR|[Ee]xample|EXAMPLE|placeholder|[Xx]{3})/;

const KINDS: readonly SecretFile[] = [
  {
    name: 'env-file', path: /(?:^|\/)(?:\.env(?:rc)?|\.env\.(?!.*(?:example|sample|template|dist|default|schema)\w*$)[\w.-]+|[\w.-]+\.env)$/i,
    pattern: /^[ \t]{0,8}(?:export[ \t]{1,4})?(?<name>[A-Za-z_][\w.-]{0,100})[ \t]{0,4}=[ \t]{0,4}(?:"([^"\n]{1,4000})"|'([^'\n]{1,4000})'|([^\s#"'][^\s#]{0,4000}))/dgm,
    accept: (name, value) => !PLAIN.test(value) && ((TELLING.test(name) && !SAID_ELSEWHERE.test(value)) || looksDrawn(value)),
  },
  { name: 'netrc', path: /(?:^|\/)[._]netrc$/, pattern: /\b(?:password|account)\s{1,8}(\S{1,500})/dg },
  { name: 'pgpass', path: /(?:^|\/)\.pgpass$/, pattern: /^[^\n:#]{1,200}:[^\n:]{1,20}:[^\n:]{1,200}:[^\n:]{1,200}:(\S{1,500})/dgm },
  { name: 'npmrc', path: /(?:^|\/)\.(?:npmrc|yarnrc|yarnrc\.yml)$/, pattern: /(?:_authToken|_password|_auth|npmAuthToken|npmAuthIdent)["']?\s{0,3}[=:]\s{0,3}["']?([^\s"'#]{4,2000})/dg },
  {
    name: 'credentials-file', path: /(?:^|\/)(?:\.pypirc|\.my\.cnf|\.s3cfg|\.boto|\.aws\/(?:credentials|config)|\.config\/gcloud\/[\w.-]+|credentials\.(?:ini|cfg|properties))$/,
    pattern: /^[ \t]{0,8}(?<name>[\w.-]{0,60}(?:password|secret_?key|secret_access_key|session_token|access_token|refresh_token|token|passphrase))[ \t]{0,4}[=:][ \t]{0,4}["']?([^\s"']{3,4000})/dgim,
  },
  { name: 'git-credentials', path: /(?:^|\/)\.git-credentials$/, pattern: /:\/\/[^\s:/@]{1,200}:([^\s@]{1,500})@/dg },
  { name: 'htpasswd', path: /(?:^|\/)\.?htpasswd$/, pattern: /^[^\s:#]{1,200}:([^\s:]{8,500})/dgm },
  { name: 'docker-login', path: /(?:^|\/)(?:\.dockercfg|\.dockerconfigjson|\.docker\/config\.json)$/, pattern: /"(?:auth|identitytoken|password)"\s{0,4}:\s{0,4}"([^"\n]{4,4000})"/dg },
  { name: 'kubeconfig', path: /(?:^|\/)(?:kubeconfig|[\w.-]+\.kubeconfig|\.kube\/config|kubeconfig\.ya?ml)$/, pattern: /(?:client-key-data|token|password):[ \t]{0,8}["']?([^\s"']{4,16000})/dg },
  { name: 'putty-key', path: /\.ppk$/i, pattern: /(?<=^Private-Lines: \d{1,4}\r?\n(?:[A-Za-z0-9+/=]{1,100}\r?\n){0,60})([A-Za-z0-9+/=]{1,100})(?=\r?\n)/dgm },
];

/** Whether a file of this path is read by `inSecretFile`. */
export function isSecretFile(path: string): boolean {
  return KINDS.some((kind) => kind.path.test(path));
}

/** The values in a file that is made to hold secrets, with the kind of the file. */
export function inSecretFile(text: string, path: string): (Match & { readonly rule: string })[] {
  const found: (Match & { rule: string })[] = [];
  for (const { name: rule, path: wanted, pattern, accept } of KINDS) {
    if (!wanted.test(path)) continue;
    for (const match of text.matchAll(pattern)) {
      const value = match.findLast((group) => group !== undefined) as string;
      const [at] = (match as unknown as { indices: [number, number][] }).indices[match.lastIndexOf(value)] as [number, number];
      const wantedHere = accept?.(match.groups?.['name'] ?? '', value) ?? !SAID_ELSEWHERE.test(value);
      if (wantedHere && !/\*{4}/.test(value)) found.push({ rule, at, length: value.length, hidden: [{ at, length: value.length }] });
    }
  }
  return found;
}
