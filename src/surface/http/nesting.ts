/** Deeper bodies are an attack: what walks them, as `JSON.stringify` does, would run out of stack. */
const DEEPEST = 100;

/** Whether JSON nests deeper than any request does. Text that is no JSON may be judged either way. */
export function nestsTooDeep(text: string): boolean {
  // Each level has an opening and a closing sign.
  if (text.length <= 2 * DEEPEST) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > DEEPEST) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

/** Where the string that begins here ends. */
function endOfString(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at;
  }
  return text.length;
}
