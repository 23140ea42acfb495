/** Up to three of `names` that `typed` was probably meant to be, nearest first. */
export function nearest(typed: string, names: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  return names
    .map((name) => {
      const own = name.toLowerCase();
      return { name, distance: isMostOf(own, wanted) || isMostOf(wanted, own) ? 1 : editDistance(wanted, own) };
    })
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `go` within `klingon` is chance; `script` within `typescript` is not. */
function isMostOf(part: string, whole: string): boolean {
  return whole.includes(part) && part.length * 2 >= whole.length;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The first of many names, with how many are left unsaid. */
export function some(names: readonly string[], most: number): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** ` Did you mean a or b?`, or what there is when nothing is near. */
export function suggestion(typed: string, names: readonly string[], otherwise: string): string {
  const near = nearest(typed, names);
  return near.length === 0 ? otherwise : `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
}
