import { spawnSync } from 'node:child_process';

/** Why a test cannot run on this machine, for `skip`; in CI nothing is skipped, and scripts/check.ts names what is missing. */
export function lacking(...programs: readonly string[]): string | false {
  if (process.env['CI'] === 'true') return false;
  const missing = programs.filter((one) => spawnSync(one, ['--version'], { stdio: 'ignore' }).error !== undefined);
  return missing.length === 0 ? false : `${missing.join(' and ')} is not installed`;
}
