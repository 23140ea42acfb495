/** A name as asked for: `Container.name`, `a::b`, `Class#method`, `pkg/file.name` cut at its separators. */
export interface Name {
  readonly last: string;
  readonly containers: readonly string[];
}

export function splitName(typed: string): Name {
  const parts = typed.trim().replace(/\(\)$/, '').split(/\.|::|#|->|\\/).filter((part) => part !== '');
  const last = parts.pop() ?? typed.trim();
  return { last, containers: parts };
}
