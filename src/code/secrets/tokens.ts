/** Formats of keys and tokens that their makers gave a recognizable shape. */
import { isShapedStandIn, isStandIn, looksDrawn, unescaped } from './random.ts';
import { matchOf, type SecretRule } from './rule.ts';

/** Units before the literal that would make it the middle of something else. */
const WORD = /[A-Za-z0-9_]/;

interface Shape {
  /** From the literal on; the secret is group 1 where there is one, else all, and ends the match. Every repeat is bounded. */
  readonly pattern: RegExp;
  /** Units of the secret that stay readable. */
  readonly keep?: number;
  readonly folded?: boolean;
  /** Default: not a stand-in by its shape. */
  readonly accept?: (secret: string) => boolean;
  /** The literal may stand in the middle of a word. */
  readonly anywhere?: boolean;
}

function shaped(name: string, literals: string, { pattern, keep = 4, folded = false, accept, anywhere = false }: Shape): SecretRule {
  return {
    name, folded, literals: literals.split(' '),
    find(text, at) {
      if (!anywhere && at > 0 && WORD.test(text[at - 1] as string)) return null;
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found === null) return null;
      const secret = found[1] ?? found[0];
      if (!(accept?.(secret) ?? !isShapedStandIn(secret))) return null;
      return matchOf(at + found[0].length - secret.length, secret.length, keep);
    },
  };
}

/** The key of the storage emulator is in its manual. */
const EMULATOR_KEY = 'Eby8vdM0';

const isCompleteToken = (token: string): boolean => {
  try {
    const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
    const read = JSON.parse(header as string) as { alg?: unknown };
    return typeof read.alg === 'string' && read.alg !== 'none' && typeof JSON.parse(payload as string) === 'object' && !(payload as string).includes('"John Doe"');
  } catch {
    return false;
  }
};

/** Users' passwords that nobody keeps secret. */
const COMMON = /^(?:postgres|postgresql|mysql|mariadb|root|guest|rabbitmq|redis|mongo|mongodb|minio|sa|dev|development|docker|db|pw|pwd|password\d*|pass\w*|secret\d*|hunter2|xxx+|\.+|-+|_+|\*+|[a-z]{1,3})$/i;
const isPassword = (escaped: string): boolean => {
  const value = unescaped(escaped);
  return !COMMON.test(value) && !isStandIn(value) && value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value);
};

export const TOKENS: readonly SecretRule[] = [
  shaped('github-token', 'ghp_ gho_ ghu_ ghs_ ghr_', { pattern: /gh[pousr]_[A-Za-z0-9]{36,255}(?![A-Za-z0-9_])/y }),
  shaped('github-token', 'github_pat_', { pattern: /github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9_])/y, keep: 11 }),
  shaped('gitlab-token', 'glpat- gldt- glrt- glptt- glft- glsoat- glagent- glcbt-', { pattern: /gl(?:pat|dt|rt|ptt|ft|soat|agent|cbt)-[\w-]{20,200}/y, keep: 6 }),
  shaped('slack-token', 'xoxa- xoxb- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs-', { pattern: /xox[abeoprs][-.](?:\d-)?[A-Za-z0-9-]{20,300}/y, keep: 5, accept: (secret) => !isShapedStandIn(secret) && /\d{4}/.test(secret) }),
  shaped('slack-token', 'xapp-', { pattern: /xapp-\d-[A-Z0-9]{8,20}-\d{8,20}-[a-f0-9]{40,100}/y, keep: 5 }),
  shaped('webhook', 'hooks.slack.com/', { pattern: /hooks\.slack\.com\/(?:services|workflows)\/[A-Z0-9]{6,16}\/[A-Z0-9]{6,16}\/([A-Za-z0-9]{16,40})(?!\w)/y, keep: 0 }),
  shaped('webhook', '/api/webhooks/', { pattern: /\/api\/webhooks\/\d{15,21}\/([\w-]{60,80})(?![\w-])/y, keep: 0, anywhere: true }),
  shaped('stripe-key', 'sk_live_ rk_live_', { pattern: /[sr]k_live_[A-Za-z0-9]{16,200}/y, keep: 8 }),
  shaped('stripe-key', 'whsec_', { pattern: /whsec_[A-Za-z0-9+/]{32,100}={0,2}/y, keep: 6 }),
  shaped('google-key', 'AIza', { pattern: /AIza[\w-]{35}(?![\w-])/y }),
  shaped('google-key', 'GOCSPX-', { pattern: /GOCSPX-[\w-]{28}(?![\w-])/y, keep: 7 }),
  shaped('google-key', 'ya29.', { pattern: /ya29\.[\w-]{60,1000}/y, keep: 5 }),
  shaped('anthropic-key', 'sk-ant-', { pattern: /sk-ant-[a-z]{3,8}\d{2}-[\w-]{60,200}/y, keep: 7 }),
  shaped('openai-key', 'sk-proj- sk-svcacct- sk-admin-', { pattern: /sk-(?:proj|svcacct|admin)-[\w-]{40,300}/y, keep: 8 }),
  shaped('openai-key', 'sk-', { pattern: /sk-(?:or-v1-[0-9a-f]{64}|[A-Za-z0-9]{48})(?![\w-])/y, keep: 3 }),
  shaped('aws-access-key', 'AKIA ASIA', { pattern: /A(?:KIA|SIA)[A-Z2-7]{16}(?![A-Za-z0-9_])/y, accept: (secret) => !isShapedStandIn(secret) && /\d/.test(secret) }),
  shaped('aws-secret-key', 'aws_secret secretaccesskey secret_access_key', {
    pattern: /(?:aws_)?secret_?(?:access_?)?key["'\])]{0,3}[ \t]{0,4}(?:=>|:=|[:=,])[ \t]{0,4}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/iy, folded: true, keep: 0, anywhere: true,
    accept: (secret) => !isShapedStandIn(secret) && /\d/.test(secret) && /[a-z]/.test(secret) && /[A-Z]/.test(secret),
  }),
  shaped('npm-token', 'npm_', { pattern: /npm_[A-Za-z0-9]{36}(?![A-Za-z0-9_])/y }),
  shaped('pypi-token', 'pypi-', { pattern: /(?<![\w-])pypi-AgE[\w-]{60,1000}/y, keep: 5 }),
  shaped('rubygems-key', 'rubygems_', { pattern: /rubygems_[0-9a-f]{48}(?!\w)/y, keep: 9 }),
  shaped('sendgrid-key', 'SG.', { pattern: /SG\.[\w-]{22}\.[\w-]{43}(?![\w-])/y, keep: 3 }),
  shaped('twilio-key', 'twilio', { pattern: /twilio[^]{0,300}?(?<!\w)(SK[0-9a-f]{32})(?!\w)/iy, folded: true, keep: 2, anywhere: true }),
  shaped('telegram-token', ':AA', {
    pattern: /(?<=(?<!\w)(?:bot)?\d{8,10}):AA[\w-]{33}(?![\w-])/y, keep: 1, anywhere: true,
  }),
  shaped('json-web-token', 'eyJ', { pattern: /(?<![\w-])eyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{20,2000}(?![\w-])/y, keep: 3, accept: isCompleteToken }),
  shaped('azure-key', 'AccountKey=', { pattern: /AccountKey=([A-Za-z0-9+/]{86}==)/y, keep: 0, accept: (secret) => !secret.startsWith(EMULATOR_KEY) && !isShapedStandIn(secret) }),
  shaped('azure-key', 'SharedAccessKey=', { pattern: /SharedAccessKey=([A-Za-z0-9+/]{43}=)/y, keep: 0 }),
  shaped('digitalocean-token', 'dop_v1_ doo_v1_ dor_v1_', { pattern: /do[opr]_v1_[0-9a-f]{64}(?!\w)/y, keep: 7 }),
  shaped('shopify-token', 'shpat_ shpca_ shppa_ shpss_', { pattern: /shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}(?!\w)/y, keep: 6 }),
  shaped('huggingface-token', 'hf_', { pattern: /hf_[A-Za-z]{34}(?!\w)/y, keep: 3 }),
  shaped('databricks-token', 'dapi', { pattern: /dapi[0-9a-f]{32}(?:-\d)?(?!\w)/y }),
  shaped('atlassian-token', 'ATATT3', { pattern: /ATATT3[\w=-]{150,300}/y, keep: 6 }),
  shaped('vault-token', 'hvs. hvb.', { pattern: /hv[sb]\.[\w-]{24,300}/y }),
  shaped('age-key', 'AGE-SECRET-KEY-1', { pattern: /AGE-SECRET-KEY-1[0-9A-Z]{58}/y, keep: 16 }),
  shaped('password-in-url', '://', {
    pattern: /:\/\/[^\s:/@'"`<>{}$()]{0,64}:([^\s:/@'"`<>{}$()]{8,256})(?=@[\w.[-])/y, keep: 0, anywhere: true, accept: isPassword,
  }),
  shaped('authorization', 'authorization', {
    pattern: /authorization["'`\])]{0,3}[ \t]{0,3}[:=,(>][ \t]{0,3}[rbf@]?["'`]?(?:bearer|token)[ \t]([A-Za-z0-9._~+/-]{16,2000}={0,2})/iy, folded: true, keep: 0, anywhere: true, accept: looksDrawn,
  }),
];
