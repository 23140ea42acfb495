import { looksDrawn } from './random.ts';
import { matchOf, type Match, type SecretRule } from './rule.ts';

/** From one of the literals on: the rest of the name, what assigns, and a value in quotes. */
const QUOTED = /([\w-]{0,48})(?:\[\w{0,6}\])?["'`]?[\])]?[ \t]{0,8}(?::[ \t]{0,2}[\w&'<>?|. ]{1,24}=|=>|:=|={1,3}|:|\(|,)[ \t]{0,4}(?:[rbufL@]|\$)?(["'`])([^"'`\s\\]{12,512})\2/y;
/** The same in settings, where values stand bare. */
const BARE = /([\w.-]{0,48})["']?[ \t]{0,8}[=:][ \t]{0,4}([^\s"'`#,;(){}<>[\]\\]{12,512})(?![^\s#,;])/y;
/** And as the text of an element. */
const ELEMENT = /([\w.-]{0,48})>([^\s<>&]{12,512})<\//y;
const SETTINGS = /\.(?:ya?ml|properties|ini|cfg|conf|config|toml|tfvars|cnf|rc|sh|bash|zsh|env|dockerfile)$|(?:^|\/)(?:Dockerfile|Jenkinsfile|\.\w+rc)$/i;
/** Names that tell of a secret and do not hold it. */
const ABOUT = /(?:name|_?id|ur[il]|path|file|type|field|label|length|size|regexp?|pattern|prefix|suffix|algorithm|version|at|header|param|hint|digest|sum|fingerprint|index|count|kind|class|selector|format|endpoint|event|expiry|ttl|policy|status|message|error|address|contract|mint|symbol)$/i;
const PUBLIC = /(?:public_?-?key_?-?|next_?|page_?|continuation_?|cursor_?|sync_?|resume_?)$/i;

/** Values that look drawn, given to a name that tells of a secret. */
export const ASSIGNED: SecretRule = {
  name: 'assigned-secret', folded: true,
  literals: ['passw', 'passphrase', 'secret', 'token', 'api_key', 'apikey', 'api-key', 'accesskey', 'access_key', 'access-key', 'privatekey', 'private_key', 'auth_key', 'authkey', 'encryption_key', 'encryptionkey', 'signing_key', 'credential'],
  find,
};

function find(text: string, at: number, path: string): Match | null {
  const found = execAt(QUOTED, text, at) ?? execAt(ELEMENT, text, at) ?? (SETTINGS.test(path) ? execAt(BARE, text, at) : null);
  if (found === null) return null;
  const value = found.at(-1) as string;
  const end = at + found[0].length - (found.length === 4 ? 1 : found[0].endsWith('</') ? 2 : 0);
  if (ABOUT.test(found[1] as string) || PUBLIC.test(text.slice(Math.max(0, at - 16), at)) || !looksDrawn(value)) return null;
  return matchOf(end - value.length, value.length, 0);
}

function execAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
