import { pathText, type SecretsAnswer } from '../../service/mod.ts';
import type { Paint } from './terminal.ts';

/** Places of secrets for a person: a line each, with the digest that an allow-file takes. */
export function secretLines({ masked, secrets, nextCursor }: SecretsAnswer, paint: Paint): readonly string[] {
  const several = new Set(secrets.map(({ repository }) => repository)).size > 1;
  return [
    ...(masked ? [] : [paint.bad('Secrets are not masked in every repository: index with MASK_SECRETS=true.')]),
    ...(masked && secrets.length === 0 ? ['No secrets were found.'] : []),
    ...secrets.map(({ repository, path, line, rule, sha256 }) => `${paint.path(pathText(several ? `${repository}/${path}` : path))}:${line}  ${rule}  ${paint.dim(`sha256:${sha256}`)}`),
    ...(nextCursor === null ? [] : [paint.dim(`more: --cursor ${nextCursor}`)]),
  ];
}
