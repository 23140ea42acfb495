/** What was mined, package by package and in all: the model card quotes it. */
import type { MineCounts } from './mine.ts';
import { UNIT_KINDS, type Unit, type UnitKind } from './unit.ts';

type Tally = { [kind in UnitKind]: number } & { documented: number; tests: number };

export interface PackageRecord {
  readonly package: string;
  readonly version: string;
  readonly licence: string | null;
  readonly seconds: number;
  readonly counts: MineCounts;
  /** Left out because a package before it has the same. */
  readonly copiesOfOthers: number;
  readonly units: number;
  readonly bytes: number;
  readonly languages: { readonly [language: string]: Tally };
}

export interface Manifest {
  readonly packages: readonly PackageRecord[];
  readonly totals: {
    readonly packages: number;
    readonly units: number;
    readonly documented: number;
    readonly bytes: number;
    readonly sourceBytes: number;
    readonly seconds: number;
    readonly excluded: { readonly names: number; readonly files: number; readonly units: number; readonly copies: number; readonly generated: number; readonly notDrawn: number };
    readonly languages: { readonly [language: string]: Tally };
  };
}

const EMPTY: Tally = { function: 0, class: 0, file: 0, section: 0, changelog: 0, documented: 0, tests: 0 };

export function tally(units: readonly Pick<Unit, 'l' | 'k' | 'd' | 't'>[]): PackageRecord['languages'] {
  const languages: { [language: string]: Tally } = {};
  for (const { l, k, d, t } of units) {
    const own = (languages[l] ??= { ...EMPTY });
    own[k]++;
    if (d !== '' && k !== 'changelog') own.documented++;
    own.tests += t;
  }
  return languages;
}

export function manifestOf(records: readonly PackageRecord[]): Manifest {
  const packages = [...records].sort((a, b) => (a.package < b.package ? -1 : 1));
  const languages: { [language: string]: Tally } = {};
  for (const record of packages) {
    for (const [language, own] of Object.entries(record.languages)) {
      const all = (languages[language] ??= { ...EMPTY });
      for (const key of Object.keys(EMPTY) as (keyof Tally)[]) all[key] += own[key];
    }
  }
  const sum = (of: (record: PackageRecord) => number): number => packages.reduce((total, record) => total + of(record), 0);
  return {
    totals: {
      packages: packages.length, units: sum(({ units }) => units), documented: Object.values(languages).reduce((total, { documented }) => total + documented, 0),
      bytes: sum(({ bytes }) => bytes), sourceBytes: sum(({ counts }) => counts.sourceBytes), seconds: Math.round(sum(({ seconds }) => seconds)),
      excluded: {
        names: sum(({ counts }) => counts.excludedByName), files: sum(({ counts }) => counts.excludedFiles), units: sum(({ counts }) => counts.excludedUnits),
        copies: sum(({ counts, copiesOfOthers }) => counts.copies + copiesOfOthers), generated: sum(({ counts }) => counts.generated), notDrawn: sum(({ counts }) => counts.notDrawn),
      },
      languages: Object.fromEntries(Object.entries(languages).sort(([, a], [, b]) => b.function - a.function)),
    },
    packages,
  };
}

/** Units by language and kind, as text. */
export function tableOf({ totals }: Manifest): string {
  const columns = [...UNIT_KINDS, 'documented', 'tests'] as const;
  const row = (name: string, cells: readonly (string | number)[]): string => name.padEnd(12) + cells.map((cell) => String(cell).padStart(12)).join('');
  const { excluded } = totals;
  return [
    row('language', columns),
    ...Object.entries(totals.languages).map(([language, own]) => row(language, columns.map((column) => own[column]))),
    `${totals.units} units of ${totals.packages} packages, ${totals.documented} with a doc, ${totals.sourceBytes} bytes of source read, ${totals.bytes} bytes of units, ${totals.seconds} s of mining`,
    `left out: ${excluded.names} files by name, ${excluded.files} files and ${excluded.units} definitions by content, ${excluded.copies} copies, ${excluded.generated} generated files, ${excluded.notDrawn} above a package's share`,
  ].join('\n');
}
