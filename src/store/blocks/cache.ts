/** A map bounded by the summed size of its values; what was used least lately leaves first. */
export class BoundedCache<Key, Value> {
  readonly #items = new Map<Key, { value: Value; size: number }>();
  readonly #limit: number;
  #size = 0;

  /** `limit` is in the unit in which `set` is told sizes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Key): Value | undefined {
    const item = this.#items.get(key);
    if (item === undefined) return undefined;
    this.#items.delete(key);
    this.#items.set(key, item);
    return item.value;
  }

  /** A value larger than an eighth of the limit is not kept: it would push out everything else. */
  set(key: Key, value: Value, size: number): void {
    this.delete(key);
    if (size * 8 > this.#limit) return;
    this.#items.set(key, { value, size });
    this.#size += size;
    if (this.#size <= this.#limit) return;
    for (const oldest of this.#items.keys()) {
      this.delete(oldest);
      if (this.#size <= this.#limit) return;
    }
  }

  delete(key: Key): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    this.#size -= item.size;
  }
}
