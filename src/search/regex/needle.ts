import { fewMembers } from './sets.ts';
import type { Node } from './syntax.ts';

/** Shorter ones stand in too many lines to be worth a search of their own. */
const LEAST_CHARACTERS = 3;
/** A character with more spellings than its two cases (and the two signs for `k` and `s`) is no help. */
const MOST_SPELLINGS = 4;

/**
 * A pattern for characters that stand in every match of `node`, one after the other; null where there is none.
 * Searching it is far faster than the whole pattern, and lines without it need not be looked at.
 */
export function needleOf(node: Node): RegExp | null {
  const best = runsOf(node).reduce((longest, run) => (run.length > longest.length ? run : longest), []);
  return best.length < LEAST_CHARACTERS ? null : new RegExp(best.join(''), 'g');
}

/** Runs of characters that every match holds, each character as a class of its spellings. */
function runsOf(node: Node): string[][] {
  const runs: string[][] = [[]];
  const last = (): string[] => runs[runs.length - 1] as string[];
  const walk = (each: Node): void => {
    switch (each.kind) {
      case 'assert': return;
      case 'set': {
        const spelled = spellingsOf(each);
        if (spelled === null) runs.push([]);
        else last().push(spelled);
        return;
      }
      case 'sequence': {
        for (const item of each.items) walk(item);
        return;
      }
      case 'repeat': {
        if (each.least > 0 && each.item.kind === 'set' && each.least <= 8) for (let i = 0; i < each.least; i++) walk(each.item);
        if (each.least !== each.most) runs.push([]);
        else if (each.item.kind !== 'set' || each.least > 8) runs.push([]);
        return;
      }
      case 'choice': runs.push([]);
    }
  };
  walk(node);
  return runs;
}

function spellingsOf(node: Node & { kind: 'set' }): string | null {
  const members = fewMembers(node.set, MOST_SPELLINGS);
  if (members === null || members.length === 0 || members.some((codePoint) => codePoint > 0xffff)) return null;
  return `[${members.map((codePoint) => `\\u${codePoint.toString(16).padStart(4, '0')}`).join('')}]`;
}
