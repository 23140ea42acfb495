/** The second process of the suite: `hold` keeps the lease until it is killed, `write` commits without end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../open.ts';
import { addFiles, addView } from './harness.ts';

export type Action = 'hold' | 'write';

const [, , url, dataDir, action, key = ''] = process.argv as [string, string, string, string, Action, string?];
const store = await openStore(url, { dataDir, ...(key === '' ? {} : { key }) });
const lease = await store.lease('child at work', { waitMillis: 10_000 });
if (action === 'hold') {
  console.log('held');
  await sleep(60_000);
} else {
  const name = `r${process.pid}`;
  const known = await store.meta.repositories();
  const repository = known[0]?.id ?? (await store.meta.putRepository({ name, root: `/${name}`, url: null, purpose: null, language: null, expiresAt: null })).id;
  const view = await addView(store, repository, name);
  console.log('writing');
  const end = Date.now() + 60_000;
  for (let round = 0; Date.now() < end; round++) {
    await addFiles(store, repository, view, Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${name}-${round}-${at}.c`, `common ${name} ${round} ${at}`])));
  }
}
await lease[Symbol.asyncDispose]();
