/**
 * What programming languages have in common: how each marks comments, which keywords mean the same, and what the same
 * call is named in each. Knowledge of languages alone; it is far from complete, and what is missing costs only nearness.
 */

/** How a language marks comments and strings. */
export interface Marks {
  readonly line: readonly string[];
  readonly block: readonly (readonly [string, string])[];
  /** `'` holds one character, or begins a lifetime or a label. */
  readonly characters: boolean;
}

const SLASHES: Marks = { line: ['//'], block: [['/*', '*/']], characters: false };
const MARKS: Readonly<Record<string, Marks>> = {
  python: { line: ['#'], block: [], characters: false },
  ruby: { line: ['#'], block: [['=begin', '=end']], characters: false },
  php: { line: ['//', '#'], block: [['/*', '*/']], characters: false },
  lua: { line: ['--'], block: [['--[[', ']]']], characters: false },
  haskell: { line: ['--'], block: [['{-', '-}']], characters: true },
  sql: { line: ['--'], block: [['/*', '*/']], characters: false },
  julia: { line: ['#'], block: [['#=', '=#']], characters: true },
  ocaml: { line: [], block: [['(*', '*)']], characters: true },
  powershell: { line: ['#'], block: [['<#', '#>']], characters: false },
};
for (const name of ['bash', 'r', 'elixir', 'yaml', 'toml', 'hcl']) (MARKS as Record<string, Marks>)[name] = MARKS['python'] as Marks;
for (const name of ['c', 'cpp', 'java', 'csharp', 'kotlin', 'rust', 'go', 'scala', 'swift', 'zig', 'objc', 'solidity']) {
  (MARKS as Record<string, Marks>)[name] = { ...SLASHES, characters: true };
}

export function marksOf(language: string | null, text: string): Marks {
  const known = language === null ? undefined : MARKS[language];
  if (known !== undefined) return known;
  if (language !== null) return SLASHES;
  // An unnamed snippet: the marker that begins more of its lines.
  const hashes = text.match(/^[ \t]*#(?![ \t]*(?:include|define|if|endif|pragma|\[))/gm)?.length ?? 0;
  const dashes = text.match(/^[ \t]*--[ \t]/gm)?.length ?? 0;
  const slashes = text.match(/^[ \t]*\/[/*]/gm)?.length ?? 0;
  const blocks = /^[ \t]*(?:def|class|if|for|while|elif|else)\b[^{;]*:[ \t]*$/m.test(text) || /^[ \t]*def [^{]*$[^]*^[ \t]*end\b/m.test(text);
  if (dashes > slashes && dashes > hashes) return MARKS['lua'] as Marks;
  return hashes > slashes || blocks ? (MARKS['python'] as Marks) : SLASHES;
}

function table(rows: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const [meaning, words] of Object.entries(rows)) for (const word of words.split(' ')) out.set(word, meaning);
  return out;
}

/** Keywords in lower case by what they do. `-` means: says nothing about what code does. */
export const KEYWORDS: ReadonlyMap<string, string> = table({
  LOOP: 'for while do loop foreach until repeat each each_with_index times upto downto each_char foreachindexed',
  IF: 'if elif elsif unless elseif guard',
  ELSE: 'else otherwise',
  CASE: 'switch match when case cond',
  RETURN: 'return',
  YIELD: 'yield',
  STOP: 'break',
  NEXT: 'continue next',
  FUNCTION: 'def fn func fun function lambda sub defp',
  CLASS: 'class struct interface trait object record protocol',
  ENUM: 'enum',
  THROW: 'throw raise panic throws assert require',
  TRY: 'try catch except rescue finally ensure recover defer',
  AND: 'and',
  OR: 'or',
  NOT: 'not',
  NULL: 'null nil none nullptr undefined',
  TRUE: 'true',
  FALSE: 'false',
  NEW: 'new',
  DELETE: 'delete free del dispose',
  '-': 'let var const val public private protected internal static final int float double void auto mut unsigned signed long short byte char bool boolean string str '
    + 'i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 usize isize f32 f64 int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uint8_t uint16_t uint32_t uint64_t int8_t int16_t '
    + 'int32_t int64_t size_t number integer any self this then end begin package import include using namespace use from as in is of impl where pub override abstract virtual '
    + 'readonly extends implements export default module require_relative require_once std template typename typedef inline extern operator async await type declare ref out with pass '
    + 'unit never unknown optional some option box vec system collections generic io util java com args argv argc main public_api println print printf puts echo console log cout cin endl '
    + 'cerr fmt stdio stdlib iostream stdout stdin writeline readline scanf sprintf eprintln err error_log var_dump mod crate super stderr fprintf noexcept constexpr nodiscard'
    + ' params param returns throws example examples see author since todo note brief details',
});

/** Calls and nouns of standard libraries that do the same, by one name. Parts of identifiers, in lower case, not stemmed. */
export const SYNONYMS: ReadonlyMap<string, string> = table({
  size: 'len length size count strlen sizeof cardinality',
  append: 'append push add insert enqueue offer pushback emplace unshift addlast prepend',
  pop: 'pop poll dequeue shift remove removefirst removelast popleft erase',
  top: 'peek top front back first last',
  list: 'list array arr vector arraylist slice arrays vec lst',
  map: 'map dict dictionary hashmap unordered hash table treemap btreemap object',
  set: 'set hashset treeset btreeset',
  stack: 'stack deque',
  contains: 'contains has includes include exists containskey in_array haskey',
  text: 'str string text chars characters',
  number: 'num number numbers nums integer value values',
  power: 'pow power exponent exp',
  root: 'sqrt root squareroot',
  absolute: 'abs fabs absolute magnitude',
  maximum: 'max maximum maxvalue largest biggest greatest highest',
  minimum: 'min minimum minvalue smallest least lowest',
  infinite: 'inf infinity maxint intmax',
  compute: 'calculate compute calc evaluate get find determine',
  element: 'element elem item entry',
  index: 'idx index indices pos position',
  temporary: 'tmp temp temporary',
  swap: 'swap exchange',
  left: 'left lo low start begin lower',
  right: 'right hi high end stop upper finish',
  middle: 'mid middle pivot center',
  current: 'cur curr current',
  previous: 'prev previous prior',
  following: 'next following successor',
  result: 'result res ans answer output ret retval solution',
  node: 'node vertex vertices nodes',
  edge: 'edge edges arc neighbor neighbour neighbors neighbours adjacent adj',
  graph: 'graph graphs',
  key: 'key keys',
  sum: 'sum total accumulate reduce',
  reverse: 'reverse reversed rev',
  upper: 'toupper touppercase uppercase upcase',
  lower: 'tolower tolowercase lowercase downcase',
  split: 'split explode tokenize',
  join: 'join implode concat concatenate',
  part: 'substr substring slice subarray',
  character: 'char charat charcodeat ord chr fromcharcode',
  visited: 'visited seen marked',
  empty: 'empty isempty',
  floor: 'floor intdiv trunc',
  random: 'rand random randint rng',
  check: 'is check valid validate test verify',
  source: 'src source origin',
  target: 'dst dest destination target goal',
  distance: 'dist distance distances cost weight',
  first: 'initial init initialize',
  row: 'row rows',
  column: 'col column columns cols',
  matrix: 'matrix mat grid board',
  cipher: 'encrypt cipher encode encryption encoded encrypted ciphertext',
  decipher: 'decrypt decipher decode decryption decoded decrypted plaintext',
});
