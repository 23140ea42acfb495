import { SETTINGS, type Settings } from '../flags.ts';

export interface Reread {
  /** The old settings with what may change while the server runs. */
  readonly settings: Settings;
  /** Variables whose new values are taken, and those that need a restart. */
  readonly taken: readonly string[];
  readonly waiting: readonly string[];
}

/** Which of the settings that were read again hold from now on. */
export function reread(before: Settings, now: Settings): Reread {
  const changed = SETTINGS.filter(({ name }) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  const taken = changed.filter(({ reloads }) => reloads === true);
  return {
    settings: { ...before, ...Object.fromEntries(taken.map(({ name }) => [name, now[name]])) },
    taken: taken.map(({ variable }) => variable),
    waiting: changed.filter(({ reloads }) => reloads !== true).map(({ variable }) => variable),
  };
}

export function rereadSentence({ taken, waiting }: Reread): string {
  const parts = [
    taken.length === 0 ? 'Settings were read again; none that may change has changed.' : `Settings were read again and hold from now on: ${taken.join(', ')}.`,
    ...(waiting.length === 0 ? [] : [`Changed, but only a restart takes ${waiting.length === 1 ? 'it' : 'them'}: ${waiting.join(', ')}.`]),
  ];
  return parts.join(' ');
}
