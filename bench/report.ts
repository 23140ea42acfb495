/** A run on paper: raw data as JSON, and the same as tables, both in bench/runs/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from './measure.ts';

/** What a suite is given. */
export interface Bench {
  /** Absolute folder of the corpus. */
  readonly folder: string;
  readonly name: string;
  /** A new, empty folder; removed afterwards. */
  readonly scratch: string;
  readonly queries: number;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Report {
  readonly suite: string;
  /** What was measured on; names, not paths. */
  readonly corpus: string;
  readonly tables: readonly Table[];
  readonly raw: unknown;
}

export function markdown(report: Report): string {
  const tables = report.tables.map(({ title, columns, rows }) =>
    [`## ${title}`, '', `| ${columns.join(' | ')} |`, `|${columns.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`), ''].join('\n'));
  return tables.join('\n');
}

/** Prints the tables and writes both files, unless `dry`. Gives the name of the run. */
export function publish(report: Report, dry: boolean): string {
  const text = markdown(report);
  const date = new Date().toISOString().slice(0, 10);
  const name = `${date}-${report.suite}-${report.corpus.replace(/[^\w.-]+/g, '_')}`;
  console.log(text);
  if (dry) return name;
  const about = machine();
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'runs');
  mkdirSync(folder, { recursive: true });
  const command = `npm run bench -- ${report.suite} ${report.corpus}`;
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ date, command, machine: about, tables: report.tables, raw: report.raw })}\n`);
  const lines = Object.entries(about).map(([key, value]) => `- ${key}: ${value}`).join('\n');
  writeFileSync(join(folder, `${name}.md`), `# ${report.suite}: ${report.corpus}, ${date}\n\nMade by \`${command}\`; raw data beside it.\n\n${lines}\n\n${text}`);
  return name;
}
