/** What `look` finds for each key, absent where it finds nothing. */
export function collect<Key, Value>(keys: readonly Key[], look: (key: Key) => Value | undefined): Map<Key, Value> {
  const found = new Map<Key, Value>();
  for (const key of keys) {
    const value = look(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}
