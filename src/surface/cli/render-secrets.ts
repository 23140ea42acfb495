import { pathText, type SecretsAnswer } from '../../service/mod.ts';
import type { Paint } from './terminal.ts';

/** Places of secrets for a person: a line each, with the digest that an allow-file takes. */
export function secretLines({ masked, secrets, nextCursor }: SecretsAnswer, paint: Paint): readonly string[] {
  if (!masked) return ['Secrets of this repository are not masked: index it with MASK_SECRETS=true.'];
  if (secrets.length === 0) return ['No secrets were found.'];
  return [
    ...secrets.map(({ path, line, rule, sha256 }) => `${paint.path(pathText(path))}:${line}  ${rule}  ${paint.dim(`sha256:${sha256}`)}`),
    ...(nextCursor === null ? [] : [paint.dim(`more: --cursor ${nextCursor}`)]),
  ];
}
