/** Holds values against the few words of JSON Schema that our documents use; a word that it does not know is a fault. */
type Schema = Readonly<Record<string, unknown>>;

const KNOWN = new Set(['$ref', 'type', 'description', 'format', 'enum', 'anyOf', 'items', 'properties', 'required', 'additionalProperties', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern']);

/** One sentence for each fault. Properties that an object schema does not name are faults too. */
export function faultsOf(schema: Schema, value: unknown, schemas: Readonly<Record<string, Schema>>, at = '$'): string[] {
  const unknown = Object.keys(schema).filter((word) => !KNOWN.has(word));
  if (unknown.length > 0) return [`${at}: the schema says ${unknown.join(', ')}`];
  const { $ref, anyOf, items, properties, additionalProperties } = schema as { $ref?: string; anyOf?: Schema[]; items?: Schema; properties?: Record<string, Schema>; additionalProperties?: Schema | boolean };
  if ($ref !== undefined) return faultsOf(schemas[$ref.split('/').at(-1) as string] ?? { missing: $ref }, value, schemas, at);
  if (anyOf !== undefined) return anyOf.some((one) => faultsOf(one, value, schemas, at).length === 0) ? [] : [`${at}: none of ${JSON.stringify(anyOf)} is ${JSON.stringify(value)?.slice(0, 200)}`];
  const faults = simpleFaults(schema, value).map((fault) => `${at}: ${fault} (${JSON.stringify(value)?.slice(0, 100)})`);
  if (Array.isArray(value)) return [...faults, ...value.flatMap((item, index) => faultsOf(items ?? {}, item, schemas, `${at}[${index}]`))];
  if (typeof value !== 'object' || value === null || (properties === undefined && additionalProperties === undefined)) return faults;
  for (const name of (schema['required'] ?? []) as string[]) if (!Object.hasOwn(value, name)) faults.push(`${at}.${name} is missing`);
  for (const [name, item] of Object.entries(value)) {
    const own = properties?.[name] ?? (additionalProperties === true ? {} : typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (own === undefined) faults.push(`${at}.${name} is not told of`);
    else faults.push(...faultsOf(own, item, schemas, `${at}.${name}`));
  }
  return faults;
}

function simpleFaults(schema: Schema, value: unknown): string[] {
  const { type, minimum = -Infinity, maximum = Infinity, minLength = 0, maxLength = Infinity, pattern } = schema as { type?: string | string[]; minimum?: number; maximum?: number; minLength?: number; maxLength?: number; pattern?: string };
  const faults: string[] = [];
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const kinds = kind === 'number' && Number.isInteger(value) ? ['number', 'integer'] : [kind];
  if (type !== undefined && ![type].flat().some((one) => kinds.includes(one))) faults.push(`is no ${String(type)}`);
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) faults.push('is none of the values');
  if (typeof value === 'number' && (value < minimum || value > maximum)) faults.push('is out of range');
  if (typeof value === 'string' && (value.length < minLength || value.length > maxLength || (pattern !== undefined && !new RegExp(pattern, 'u').test(value)))) faults.push('has not the form');
  return faults;
}
