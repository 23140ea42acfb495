import type { OpenApiDocument, OpenApiOperation, Parameter } from './openapi.ts';
import type { Schema } from './schemas.ts';

/** The document as a page: every address with its parameters, an example and its answer. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const groups = document.tags.map(({ name, description }) => ({ name, description, own: operations.filter(({ operation }) => operation.tags.includes(name)) }));
  const menu = groups.map(({ name, own }) => `<h2>${escaped(name)}</h2><ul>${own.map(({ method, path, operation }) => `<li><a href="#${operation.operationId}">${tag(method)} <span>${escaped(path)}</span></a></li>`).join('')}</ul>`).join('');
  const sections = groups.map(({ name, description, own }) => `<section aria-labelledby="group-${escaped(name)}"><h2 id="group-${escaped(name)}">${escaped(name)}</h2><p>${inline(description)}</p>${own.map(({ method, path, operation }) => operationHtml(method, path, operation)).join('')}</section>`).join('');
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => `<article id="schema-${escaped(name)}"><h3>${escaped(name)}</h3>${schemaHtml(schema)}</article>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>REST of code-index</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<nav aria-label="Addresses"><a class="home" href="/">code-index</a>${menu}<h2><a href="#schemas">Answers</a></h2></nav>
<main id="content">
<h1>REST of ${escaped(document.info.title)} ${escaped(document.info.version)}</h1>
<p>${inline(document.info.description)}</p>
<p>The same for programs: <a href="/openapi.json">/openapi.json</a>. Where a token is needed, send it as <code>Authorization: Bearer …</code>.
Errors are <code>{"error": {"code", "message", "fix"}}</code>. Answers carry an <code>ETag</code>.</p>
${sections}
<section aria-labelledby="schemas"><h2 id="schemas">Answers</h2>${schemas}</section>
</main>
</body>
</html>
`;
}

function operationHtml(method: string, path: string, operation: OpenApiOperation): string {
  const body = operation.requestBody?.content['application/json']?.schema as { properties?: Record<string, Schema>; required?: readonly string[] } | undefined;
  const rows = [
    ...(operation.parameters ?? []).map((one) => rowHtml(one)),
    ...Object.entries(body?.properties ?? {}).map(([name, schema]) => rowHtml({ name, in: 'body', schema, required: body?.required?.includes(name) === true, description: String(schema['description'] ?? '') })),
  ];
  const answer = (operation.responses['200']?.['content'] as Record<string, { schema: Schema }> | undefined)?.['application/json']?.schema;
  return `<article id="${operation.operationId}"><h3>${tag(method)} <code>${escaped(path)}</code></h3>
<p><strong>${escaped(operation.summary)}.</strong> ${inline(operation.description)}</p>
${rows.length === 0 ? '' : `<div class="scroll" tabindex="0" role="region" aria-label="Parameters"><table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`}
<pre tabindex="0"><code>${escaped(operation['x-curl'])}</code></pre>
${answer === undefined ? '' : `<p>Answers ${typeHtml(answer)}.</p>`}</article>`;
}

interface Row {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
  readonly required?: boolean;
  readonly description?: string;
}

function rowHtml(row: Row | Parameter): string {
  return `<tr><td><code>${escaped(row.name)}</code>${row.required === true ? ' <em>required</em>' : ''}</td><td>${row.in}</td><td>${typeHtml(row.schema)}</td><td>${inline(row.description ?? '')}</td></tr>`;
}

function schemaHtml(schema: Schema): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const required = (schema['required'] ?? []) as readonly string[];
  const head = typeof schema['description'] === 'string' ? `<p>${inline(schema['description'])}</p>` : '';
  if (properties.length === 0) return `${head}<p>${typeHtml(schema)}</p>`;
  const rows = properties.map(([name, one]) => `<tr><td><code>${escaped(name)}</code>${required.includes(name) ? '' : ' <em>optional</em>'}</td><td>${typeHtml(one)}</td><td>${inline(String(one['description'] ?? ''))}</td></tr>`);
  return `${head}<div class="scroll" tabindex="0" role="region" aria-label="Properties"><table><thead><tr><th>Property</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** A schema in a few words. */
function typeHtml(schema: Schema): string {
  const { $ref, type, items, anyOf, additionalProperties, minimum, maximum, minLength, maxLength, pattern } = schema;
  const properties = schema['properties'] as Readonly<Record<string, Schema>> | undefined;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) as string;
    return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
  }
  if (Array.isArray(anyOf)) return (anyOf as Schema[]).map(typeHtml).join(' or ');
  if (Array.isArray(schema['enum'])) return (schema['enum'] as string[]).map((value) => `<code>${escaped(value)}</code>`).join(' ');
  if (type === 'array') return `list of ${typeHtml(items as Schema)}`;
  const named = Array.isArray(type) ? (type as string[]).join(' or ') : String(type ?? 'anything');
  if (named.startsWith('object') && typeof additionalProperties === 'object') return `object of ${typeHtml(additionalProperties as Schema)}`;
  if (named.startsWith('object') && properties !== undefined) return `{ ${Object.entries(properties).map(([name, one]) => `<code>${escaped(name)}</code>: ${typeHtml(one)}`).join(', ')} }`;
  const range = minimum !== undefined ? ` ${minimum} to ${maximum}` : maxLength !== undefined ? ` of ${minLength ?? 0} to ${maxLength} characters` : '';
  return `${escaped(named)}${range}${pattern === undefined ? '' : ` <code>${escaped(String(pattern))}</code>`}`;
}

function tag(method: string): string {
  return `<span class="method ${escaped(method)}">${escaped(method.toUpperCase())}</span>`;
}

/** Text with `code` in it. */
function inline(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

export const DOCS_STYLE = `:root { color-scheme: light dark; --back: #fff; --front: #1c2024; --dim: #5b6470; --line: #d9dee4; --code: #f4f6f8; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --back: #14171a; --front: #e6e9ec; --dim: #9aa4af; --line: #2d333a; --code: #1d2227; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 18rem minmax(0, 1fr); background: var(--back); color: var(--front); font: 16px/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow: auto; padding: 1.25rem; border-right: 1px solid var(--line); font-size: .85rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: grid; grid-template-columns: 3.7rem minmax(0, 1fr); align-items: baseline; padding: .2rem 0; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
nav li a:hover span:last-child { text-decoration: underline; }
nav h2 { font-size: .8rem; color: var(--dim); margin: 1.2rem 0 .3rem; }
.home { font-weight: 600; color: inherit; text-decoration: none; }
main { padding: 1.5rem 2rem 6rem; max-width: 62rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
section > h2 { margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
article { margin: 1.5rem 0 2.25rem; scroll-margin-top: 1rem; }
h3 { font-size: 1rem; overflow-wrap: anywhere; }
a { color: var(--link); }
code, pre { font: .875em/1.5 ui-monospace, Menlo, Consolas, monospace; }
:not(pre) > code { background: var(--code); padding: .1em .3em; border-radius: 3px; overflow-wrap: anywhere; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow: auto; }
.scroll { overflow: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 500; }
td:first-child code { white-space: nowrap; }
em { color: var(--dim); font-style: normal; font-size: .8rem; }
.method { display: inline-block; min-width: 3.6em; font: 600 .72rem ui-monospace, monospace; color: var(--dim); }
.method.post, .method.patch { color: #8a5a00; }
.method.delete { color: #b3261e; }
@media (prefers-color-scheme: dark) { .method.post, .method.patch { color: #e0b060; } .method.delete { color: #f2a09b; } }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--back); padding: .5rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); } main { padding: 1rem; } }
`;
