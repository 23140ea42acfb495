import { languageNamed } from '../../code/mod.ts';
import type { ImportFact, Occurrence, SymbolFact, Tier } from '../../domain/mod.ts';
import type { Definition } from './definitions.ts';
import { isDeclarationOnly } from './definitions.ts';
import { typeOfGoName, goReceiver } from './go-types.ts';
import { folderOf, importsFile, moduleAlias, type Binding } from './modules.ts';

/** One edge from a use to a definition, with the evidence for it. `target` is null where no definition is known. */
export interface Edge {
  readonly tier: Tier;
  readonly method: string;
  readonly target: Definition | null;
}

/** The file in which a use stands. */
export interface UseFile {
  readonly repository: number;
  readonly blob: number;
  readonly path: string;
  readonly language: string;
  readonly text: string;
  readonly symbols: readonly SymbolFact[];
  readonly imports: readonly ImportFact[];
  /** Headers of the repository that name what is asked for: a C file that includes one sees its declaration. */
  readonly headers?: readonly string[];
}

const SELF = /^(?:this|self|Self|cls|super|@)$/;
const TYPE = /^(?:class|interface|struct|trait|enum|type|union|module|namespace|object)$/;

/**
 * Binds one use to the definition that the language's own rules reach, by scope first, then by import, then by package.
 * What only the name speaks for is a candidate and says so. Definitions are those of the used name alone.
 */
export function bind(use: Occurrence, file: UseFile, definitions: readonly Definition[], repositoryOf: (definition: Definition) => number): Edge {
  const binding = languageNamed(file.language)?.binding;
  const qualifier = use.qualifierStart < 0 ? null : file.text.slice(use.qualifierStart, use.qualifierStart + use.qualifierLength);
  const name = file.text.slice(use.start, use.start + use.length);
  const usable = definitions.filter((definition) => definition.symbol.name === name && sameFamily(definition.info?.language ?? '', file.language));
  if (binding !== undefined) {
    const own = inSameFile(use, qualifier, file, usable, binding);
    if (own !== null) return own;
    const near = usable.filter((definition) => repositoryOf(definition) === file.repository);
    const imported = byImport(name, qualifier, file, near, binding);
    if (imported !== null) return imported;
    const typed = binding === 'go' && qualifier !== null ? byGoType(use, qualifier, file, near) : null;
    if (typed !== null) return typed;
    const packaged = byPackage(qualifier, file, near, binding);
    if (packaged !== null) return packaged;
  }
  const qualified = qualifier === null ? undefined : usable.find((definition) => containerOf(definition)?.name === qualifier);
  if (qualified !== undefined) return { tier: 'candidate', method: `qualified by ${qualifier}`, target: qualified };
  return { tier: 'candidate', method: 'name alone', target: usable[0] ?? null };
}

const FAMILIES: readonly (readonly string[])[] = [
  ['javascript', 'typescript', 'tsx', 'jsx', 'svelte', 'vue'], ['c', 'cpp', 'objc'], ['java', 'kotlin', 'scala'],
];

function sameFamily(one: string, two: string): boolean {
  return one === two || FAMILIES.some((family) => family.includes(one) && family.includes(two));
}

function containerOf(definition: Definition): SymbolFact | undefined {
  return definition.symbols[definition.symbol.container];
}

function inSameFile(use: Occurrence, qualifier: string | null, file: UseFile, definitions: readonly Definition[], binding: Binding): Edge | null {
  let best: Definition | null = null;
  for (const definition of definitions) {
    if (definition.blob !== file.blob) continue;
    const container = containerOf(definition);
    const inside = container === undefined || (container.span.start <= use.start && use.start < container.span.end);
    const member = container !== undefined && TYPE.test(container.kind);
    // A member is reached through its object, except where the language looks into the class around the use.
    const reached = qualifier === null ? inside && (!member || binding === 'java' || binding === 'c')
      : member && ((SELF.test(qualifier) && inside) || container.name === qualifier);
    if (reached && (best === null || (containerOf(best)?.span.start ?? -1) <= (container?.span.start ?? -1))) best = definition;
  }
  return best === null ? null : { tier: 'resolved', method: 'same file scope', target: best };
}

function byImport(name: string, qualifier: string | null, file: UseFile, definitions: readonly Definition[], binding: Binding): Edge | null {
  let weak: Edge | null = null;
  for (const imported of file.imports) {
    const direct = qualifier === null && (imported.alias === name || imported.name === name);
    const throughModule = qualifier !== null && moduleAlias(binding, imported) === qualifier;
    const wide = qualifier === null && ((imported.name === '*' && imported.alias === '') || binding === 'c');
    if (!direct && !throughModule && !wide) continue;
    for (const definition of definitions) {
      if (definition.blob === file.blob) continue;
      const path = definition.place.entry.path;
      if (!importsFile(binding, imported.source, file.path, path, direct ? imported.name : imported.name === '*' ? '*' : imported.name)) continue;
      if (binding === 'c') return throughHeader(definition, definitions, imported);
      const container = containerOf(definition);
      const member = container !== undefined && TYPE.test(container.kind);
      // `Type.member` is reached through an import of the type; a bare name or a module's member is at the top of its file.
      if (throughModule ? member && container.name !== qualifier && container.name !== imported.name : member) continue;
      return { tier: 'resolved', method: `import of ${imported.source}`, target: definition };
    }
    if (binding === 'c' && (file.headers ?? []).some((header) => importsFile('c', imported.source, file.path, header, ''))) {
      const [first] = definitions;
      if (first !== undefined) return throughHeader(first, definitions, imported);
    }
    if (direct || throughModule) weak ??= { tier: 'candidate', method: `imported from ${imported.source}`, target: definitions[0] ?? null };
  }
  return weak;
}

/** A header that declares the name, and one definition that is not static: the linker has no other choice. */
function throughHeader(declared: Definition, definitions: readonly Definition[], imported: ImportFact): Edge {
  const bodies = definitions.filter((definition) => !isDeclarationOnly(definition.symbol, definition.text, definition.info) && (definition.symbol.exported || (definition === declared && importsHeader(declared))));
  // What the header itself defines (an inline function, a macro) is reached whatever else has the name.
  const inHeader = bodies.includes(declared) && importsHeader(declared);
  const target = inHeader ? declared : bodies[0];
  if (target !== undefined && (inHeader || bodies.length === 1)) return { tier: 'resolved', method: `import of ${imported.source}`, target };
  return { tier: 'candidate', method: `declared in ${imported.source}, ${bodies.length} definitions`, target: target ?? declared };
}

function importsHeader(definition: Definition): boolean {
  return /\.(?:h|hh|hpp|hxx|inc)$/.test(definition.place.entry.path);
}

/** `c.Run()` where `c` is a receiver or parameter of a type of the same package: its own method or field, not an embedded one's. */
function byGoType(use: Occurrence, qualifier: string, file: UseFile, definitions: readonly Definition[]): Edge | null {
  const type = typeOfGoName(qualifier, use, file.symbols, file.text);
  if (type === null) return null;
  const folder = folderOf(file.path);
  const target = definitions.find((definition) => folderOf(definition.place.entry.path) === folder
    && (goReceiver(definition.symbol, definition.text)?.type ?? containerOf(definition)?.name) === type);
  return target === undefined ? null : { tier: 'resolved', method: `${qualifier} is a ${type}`, target };
}

/** Go and Java see the other files of their own package without an import. */
function byPackage(qualifier: string | null, file: UseFile, definitions: readonly Definition[], binding: Binding): Edge | null {
  if (binding !== 'go' && binding !== 'java') return null;
  const folder = folderOf(file.path);
  for (const definition of definitions) {
    if (folderOf(definition.place.entry.path) !== folder || definition.blob === file.blob) continue;
    const container = containerOf(definition);
    const member = container !== undefined && TYPE.test(container.kind);
    if (qualifier === null ? !member : member && container.name === qualifier) return { tier: 'resolved', method: 'same package', target: definition };
  }
  return null;
}
