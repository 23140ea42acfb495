/**
 * Writes the golden vectors of the model in the package: `node train/model/golden.ts`. The encoder has to give them to the
 * last bit, on every machine.
 */
import { writeFileSync } from 'node:fs';
import { openStaticModel } from '../../src/embed/mod.ts';

const TEXTS: readonly { readonly how: 'question' | 'words'; readonly text: string }[] = [
  { how: 'question', text: 'where are failed requests tried again' },
  { how: 'question', text: 'parse command line arguments' },
  { how: 'question', text: 'HTTPServer.listen' },
  { how: 'question', text: 'wie wird die Konfiguration geladen' },
  { how: 'question', text: '' },
  { how: 'words', text: 'def read_lines(path):\n    with open(path) as file:\n        return file.readlines()\n' },
  { how: 'words', text: 'static int hash_insert(struct table *t, const char *key, void *value) { return t->count++; }' },
  { how: 'words', text: 'urlencode unzip strtolower qqzzxy' },
  { how: 'words', text: 'export async function retry<T>(times: number, run: () => Promise<T>): Promise<T>' },
  { how: 'words', text: 'größe наименование 名前' },
];

const model = openStaticModel();
const vectors = TEXTS.map(({ how, text }) => ({ how, text, vector: Buffer.from((how === 'question' ? model.encodeQuery(text) : model.encodeWords(text)).buffer).toString('base64') }));
writeFileSync(new URL('../../model/golden.json', import.meta.url), `${JSON.stringify({ id: model.id, vectors }, null, 1)}\n`);
