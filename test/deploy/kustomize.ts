/**
 * What `kubectl kustomize` makes of a folder, as far as our folders go: no kustomize can be had from the registries that
 * this project builds from. A word in a kustomization that is not known here is a fault, and never passed over.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { DEPLOY, deployDocument, deployDocuments } from './files.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- manifests are looked into freely.
export type Manifest = any;

interface Patch {
  readonly path?: string;
  readonly target?: { readonly kind?: string; readonly name?: string };
  readonly patch?: string;
}

interface Kustomization {
  readonly namespace?: string;
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>>; readonly includeTemplates?: boolean }[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly Patch[];
}

const KNOWN = new Set(['apiVersion', 'kind', 'namespace', 'labels', 'images', 'resources', 'components', 'patches']);
/** Lists whose members are told apart by a field; every other list is replaced as a whole. */
const KEYS: Readonly<Record<string, string>> = { containers: 'name', volumes: 'name', env: 'name', volumeMounts: 'mountPath', topologySpreadConstraints: 'topologyKey' };
const CLUSTER_WIDE = new Set(['Namespace']);

/** The manifests of a folder below `deploy/kubernetes`, as with these components added to it, and the files that were read for them. */
export function kustomize(folder: string, ...components: readonly string[]): { readonly manifests: readonly Manifest[]; readonly files: ReadonlySet<string> } {
  const files = new Set<string>();
  const own = build(path.posix.join('kubernetes', folder), [], files);
  return { manifests: components.reduce((all, one) => build(path.posix.join('kubernetes', one), all, files), own), files };
}

function build(folder: string, before: readonly Manifest[], files: Set<string>): Manifest[] {
  const own = path.posix.join(folder, 'kustomization.yaml');
  files.add(own);
  const rules = deployDocument(own) as Kustomization;
  const unknown = Object.keys(rules).filter((word) => !KNOWN.has(word));
  if (unknown.length > 0) throw new Error(`${own} has ${unknown.join(', ')}, which test/deploy/kustomize.ts does not know`);
  let all = [...before];
  for (const name of rules.resources ?? []) {
    const at = path.posix.join(folder, name);
    if (!existsSync(path.join(DEPLOY, at))) throw new Error(`${own} names ${name}, which is not there`);
    if (statSync(path.join(DEPLOY, at)).isDirectory()) all.push(...build(at, [], files));
    else {
      files.add(at);
      all.push(...deployDocuments(at));
    }
  }
  for (const name of rules.components ?? []) all = build(path.posix.join(folder, name), all, files);
  for (const { path: file, patch, target } of rules.patches ?? []) {
    if (file !== undefined) {
      files.add(path.posix.join(folder, file));
      for (const one of deployDocuments(path.posix.join(folder, file))) all = patched(all, one, (manifest) => idOf(manifest) === idOf(one), `${own}: ${file}`);
    } else {
      if (!/^\$patch: delete$/m.test(patch ?? '')) throw new Error(`${own} has a patch with a target that does not delete: put it into a file`);
      const fits = (manifest: Manifest): boolean => (target?.kind ?? manifest.kind) === manifest.kind && new RegExp(`^(?:${target?.name ?? '.*'})$`).test(manifest.metadata.name);
      all = patched(all, { $patch: 'delete' }, fits, `${own}: ${JSON.stringify(target)}`);
    }
  }
  return all.map((manifest) => finished(manifest, rules));
}

export function idOf({ apiVersion, kind, metadata }: Manifest): string {
  return `${apiVersion} ${kind} ${metadata.name}`;
}

function patched(all: readonly Manifest[], patch: Manifest, fits: (manifest: Manifest) => boolean, where: string): Manifest[] {
  if (!all.some(fits)) throw new Error(`${where} fits nothing: ${JSON.stringify(patch).slice(0, 200)}`);
  return all.flatMap((manifest) => (fits(manifest) ? [merged(manifest, patch, '')].filter((one) => one !== undefined) : [manifest]));
}

/** A strategic merge; undefined where the patch removes it. */
function merged(base: Manifest, patch: Manifest, field: string): Manifest {
  if (patch === null || patch?.$patch === 'delete') return undefined;
  if (Array.isArray(patch)) {
    const key = KEYS[field];
    if (key === undefined || !Array.isArray(base)) return patch;
    const rest = base.map((one) => {
      const own = patch.find((other) => other[key] === one[key]);
      return own === undefined ? one : merged(one, own, '');
    });
    return [...rest.filter((one) => one !== undefined), ...patch.filter((one) => one.$patch !== 'delete' && !base.some((other) => other[key] === one[key]))];
  }
  if (typeof patch !== 'object' || typeof base !== 'object' || base === null) return patch;
  const result = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    const made = merged(result[name], value, name);
    if (made === undefined) delete result[name];
    else result[name] = made;
  }
  return result;
}

function finished(manifest: Manifest, { namespace, labels = [], images = [] }: Kustomization): Manifest {
  const made = structuredClone(manifest);
  if (namespace !== undefined && !CLUSTER_WIDE.has(made.kind)) made.metadata.namespace = namespace;
  for (const { pairs, includeTemplates } of labels) {
    made.metadata.labels = { ...made.metadata.labels, ...pairs };
    if (includeTemplates !== true) continue;
    for (const { metadata } of templatesOf(made)) metadata.labels = { ...metadata.labels, ...pairs };
  }
  for (const container of podOf(made)?.spec.containers ?? []) {
    const image = images.find(({ name }) => name === container.image);
    if (image !== undefined) container.image = `${image.newName}:${image.newTag}`;
  }
  return made;
}

/** The pods that a manifest makes: their labels and what they run. */
export function podOf(manifest: Manifest): Manifest | undefined {
  return manifest.kind === 'CronJob' ? manifest.spec.jobTemplate.spec.template : ['Deployment', 'StatefulSet'].includes(manifest.kind) ? manifest.spec.template : undefined;
}

/** Everything in a manifest from which objects with labels of their own are made. */
function templatesOf(manifest: Manifest): readonly Manifest[] {
  const pod = podOf(manifest);
  if (manifest.kind === 'CronJob') manifest.spec.jobTemplate.metadata ??= {};
  return [...(pod === undefined ? [] : [pod]), ...(manifest.kind === 'CronJob' ? [manifest.spec.jobTemplate] : [])];
}
