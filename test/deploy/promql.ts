/** Which metrics an expression of Prometheus asks for. Whether it is one at all is Prometheus's own to say. */

const WORDS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'inf', 'nan']);

/** Names without what Prometheus puts behind those of histograms, each once. */
export function metricsOf(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  // What a bracket follows is a function; what a digit stands before is a duration or a number.
  const names = [...bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)(?!\w*\s*\()/g)].map(([, name]) => name as string);
  return [...new Set(names.filter((name) => !WORDS.has(name.toLowerCase())).map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
}
