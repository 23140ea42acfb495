/** Manifests as the cluster would take them: their form, the names that they call each other by, and the settings in them. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { SETTINGS, readSettings } from '../../src/app/flags.ts';
import { LIMITS } from '../../src/base/mod.ts';
import { temporaryFolder } from '../faces.ts';
import { sendRaw } from '../http-server.ts';
import { getJson, startServer } from '../server.ts';
import { DEPLOY, deployDocument, succeeds } from './files.ts';
import { idOf, kustomize, podOf, type Manifest } from './kustomize.ts';

const ROOT = path.resolve(DEPLOY, '..');
const OVERLAYS = readdirSync(path.join(DEPLOY, 'kubernetes', 'overlays')).sort();
/** The overlays, and with them what no overlay has and everybody may add to one. */
const built = new Map([...OVERLAYS.map((name) => [name, kustomize(`overlays/${name}`)] as const), ['balanced', kustomize('overlays/self-contained', 'components/load-balancer')]]);
const variables = new Set(SETTINGS.map(({ variable }) => variable));
const secretKeys = Object.keys(deployDocument('kubernetes/base/secret.example.yaml').stringData);

const MODULES: Readonly<Record<string, string>> = {
  v1: 'core/v1', 'apps/v1': 'apps/v1', 'autoscaling/v2': 'autoscaling/v2', 'batch/v1': 'batch/v1',
  'networking.k8s.io/v1': 'networking/v1', 'policy/v1': 'policy/v1',
};

function each(run: (all: readonly Manifest[], overlay: string) => void): void {
  for (const [overlay, { manifests }] of built) run(manifests, overlay);
}

const ofKind = (all: readonly Manifest[], ...kinds: readonly string[]): readonly Manifest[] => all.filter(({ kind }) => kinds.includes(kind));
const names = (all: readonly Manifest[], kind: string): ReadonlySet<string> => new Set(ofKind(all, kind).map(({ metadata }) => metadata.name));
const podsOf = (all: readonly Manifest[]): readonly Manifest[] => all.map(podOf).filter((pod) => pod !== undefined);

function fits(labels: Readonly<Record<string, string>>, { matchLabels = {}, matchExpressions = [] }: Manifest): boolean {
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value)
    && matchExpressions.every(({ key, operator, values }: Manifest) => {
      assert.equal(operator, 'In');
      return values.includes(labels[key]);
    });
}

test('kustomize: every file is used, and nothing is named twice', () => {
  const used = new Set([...built.values()].flatMap(({ files }) => [...files]));
  const all = readdirSync(path.join(DEPLOY, 'kubernetes'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')).map((file) => `kubernetes/${file}`);
  assert.deepEqual(all.filter((file) => !used.has(file)), ['kubernetes/base/secret.example.yaml']);
  each((manifests, overlay) => {
    const ids = manifests.map(idOf);
    assert.deepEqual(ids.filter((id, at) => ids.indexOf(id) !== at), [], overlay);
    assert.deepEqual(manifests.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'code-index').map(idOf), []);
  });
  assert.deepEqual(OVERLAYS, ['production', 'self-contained', 'small']);
});

test('schema: every manifest has the fields that its kind has in Kubernetes, and no other', () => {
  using folder = temporaryFolder();
  const types = path.dirname(createRequire(import.meta.url).resolve('kubernetes-types/package.json'));
  const lines: string[] = [];
  const add = (manifest: Manifest): void => {
    const module = MODULES[manifest.apiVersion];
    assert.ok(module !== undefined || manifest.apiVersion === 'monitoring.coreos.com/v1', idOf(manifest));
    if (module !== undefined) lines.push(`export const made${lines.length}: import('kubernetes-types/${module}').${manifest.kind} = ${JSON.stringify(manifest)};`);
  };
  each((manifests) => manifests.forEach(add));
  add(deployDocument('kubernetes/base/secret.example.yaml'));
  writeFileSync(path.join(folder.path, 'manifests.ts'), lines.join('\n'));
  const options = { module: 'esnext', moduleResolution: 'bundler', strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: [], paths: { 'kubernetes-types/*': [`${types}/*`] } };
  writeFileSync(path.join(folder.path, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['manifests.ts'] }));
  succeeds(process.execPath, path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder.path);
});

test('names: services, budgets, scalers and policies choose pods that there are', () => {
  each((all, overlay) => {
    const pods = podsOf(all).map(({ metadata }) => metadata.labels);
    const chosen = (selector: Manifest, what: string): void => assert.ok(pods.some((labels) => fits(labels, selector)), `${overlay}: ${what} chooses no pod`);
    for (const one of ofKind(all, 'Deployment', 'StatefulSet')) assert.ok(fits(one.spec.template.metadata.labels, one.spec.selector), idOf(one));
    for (const one of ofKind(all, 'PodDisruptionBudget')) chosen(one.spec.selector, idOf(one));
    for (const one of ofKind(all, 'NetworkPolicy')) chosen(one.spec.podSelector, idOf(one));
    for (const one of ofKind(all, 'Service')) {
      chosen({ matchLabels: one.spec.selector }, idOf(one));
      const ports = podsOf(all).filter(({ metadata }) => fits(metadata.labels, { matchLabels: one.spec.selector })).flatMap(({ spec }) => spec.containers.flatMap(({ ports: own = [] }: Manifest) => own.map(({ name }: Manifest) => name)));
      for (const { targetPort } of one.spec.ports) assert.ok(ports.includes(targetPort), `${idOf(one)} leads to ${targetPort}`);
    }
    for (const one of ofKind(all, 'HorizontalPodAutoscaler')) assert.ok(all.some((other) => idOf(other) === `${one.spec.scaleTargetRef.apiVersion} ${one.spec.scaleTargetRef.kind} ${one.spec.scaleTargetRef.name}`));
    for (const one of ofKind(all, 'StatefulSet')) assert.ok(names(all, 'Service').has(one.spec.serviceName), idOf(one));
    for (const one of ofKind(all, 'ServiceMonitor')) {
      assert.deepEqual(Object.keys(one.spec), ['jobLabel', 'selector', 'endpoints']);
      const services = ofKind(all, 'Service').filter(({ metadata }) => fits(metadata.labels, one.spec.selector));
      assert.deepEqual(services.map(({ metadata, spec }) => [metadata.name, metadata.labels[one.spec.jobLabel], spec.ports[0].name]), [[one.metadata.name, one.metadata.name, one.spec.endpoints[0].port]]);
    }
    for (const one of ofKind(all, 'Ingress')) {
      for (const { host, http } of one.spec.rules) {
        assert.ok(one.spec.tls.some(({ hosts }: Manifest) => hosts.includes(host)), 'without TLS');
        assert.equal(new URL(ofKind(all, 'ConfigMap')[0].data.PUBLIC_URL).host, host);
        for (const { backend } of http.paths) assert.ok(ofKind(all, 'Service').some(({ metadata, spec }) => metadata.name === backend.service.name && spec.ports.some(({ name }: Manifest) => name === backend.service.port.name)));
      }
    }
  });
});

test('names: volumes, claims, accounts, settings and keys of the secret are those that there are', () => {
  const keysUsed = new Set<string>();
  each((all, overlay) => {
    const claimed = new Set<string>();
    for (const { spec, metadata } of podsOf(all)) {
      const where = `${overlay} ${metadata.labels.app}`;
      if (spec.serviceAccountName !== undefined) assert.ok(names(all, 'ServiceAccount').has(spec.serviceAccountName), where);
      const templates = all.flatMap((one) => (podOf(one)?.spec === spec ? (one.spec.volumeClaimTemplates ?? []) : [])).map((one: Manifest) => one.metadata.name);
      const volumes = [...spec.volumes.map(({ name }: Manifest) => name), ...templates].sort();
      const mounted = spec.containers.flatMap(({ volumeMounts }: Manifest) => volumeMounts.map(({ name }: Manifest) => name)).sort();
      assert.deepEqual([...new Set(mounted)], volumes, where);
      for (const { persistentVolumeClaim } of spec.volumes) {
        if (persistentVolumeClaim === undefined) continue;
        claimed.add(persistentVolumeClaim.claimName);
        assert.ok(names(all, 'PersistentVolumeClaim').has(persistentVolumeClaim.claimName), `${where} ${persistentVolumeClaim.claimName}`);
      }
      for (const { env = [], envFrom = [], image } of spec.containers) {
        for (const { configMapRef } of envFrom) assert.ok(names(all, 'ConfigMap').has(configMapRef.name), where);
        for (const { name, valueFrom } of env) {
          if (image.includes('/mcp-server:')) assert.ok(variables.has(name), `${where}: ${name} is no setting`);
          if (valueFrom === undefined) continue;
          const { name: secret, key } = valueFrom.secretKeyRef;
          assert.ok(secret === 'mcp-secrets' && secretKeys.includes(key), `${where}: ${secret} ${key}`);
          keysUsed.add(key);
        }
      }
    }
    assert.deepEqual([...names(all, 'PersistentVolumeClaim')].filter((name) => !claimed.has(name)), [], overlay);
    for (const one of ofKind(all, 'ServiceMonitor')) for (const { authorization } of one.spec.endpoints) if (authorization !== undefined) keysUsed.add(authorization.credentials.key);
  });
  assert.deepEqual([...keysUsed].sort(), [...secretKeys].sort());
});

test('pods: as little right as possible, bounds, and time enough to end in good order', () => {
  each((all) => {
    for (const { spec, metadata } of podsOf(all)) {
      const { app } = metadata.labels;
      assert.deepEqual([spec.automountServiceAccountToken, spec.securityContext.runAsNonRoot, spec.securityContext.seccompProfile.type], [false, true, 'RuntimeDefault'], app);
      if (!['postgres', 'redis'].includes(app)) assert.deepEqual([spec.securityContext.runAsUser, spec.securityContext.runAsGroup, spec.securityContext.fsGroup], [10001, 10001, 10001]);
      for (const { securityContext, resources, image, args, volumeMounts } of spec.containers) {
        assert.deepEqual(securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, app);
        assert.ok(resources.requests.memory && resources.requests.cpu && resources.limits.memory && resources.limits.cpu, app);
        assert.match(image, /^[\w.-]+(\/[\w.-]+)*:[\w.-]+$/);
        assert.doesNotMatch(image, /:latest$/);
        assert.ok(volumeMounts.some(({ mountPath }: Manifest) => mountPath === '/tmp'), app);
        if (image.includes('/mcp-server:')) assert.ok(args.length > 0 && ['serve', 'worker', 'backup'].includes(args[0]));
      }
    }
    for (const { metadata, spec: { template: { spec } } } of ofKind(all, 'Deployment')) {
      const [{ lifecycle, startupProbe, livenessProbe, readinessProbe, resources }] = spec.containers;
      const drain = metadata.name === 'mcp-server' ? Number(ofKind(all, 'ConfigMap')[0].data.DRAIN_SECONDS) : 0;
      assert.ok(spec.terminationGracePeriodSeconds >= (lifecycle?.preStop.sleep.seconds ?? 0) + drain + LIMITS.jobStopMillis / 1_000, metadata.name);
      assert.deepEqual([startupProbe.httpGet.path, livenessProbe.httpGet.path], ['/health', '/health']);
      assert.equal(readinessProbe.httpGet.path, metadata.name === 'mcp-server' ? '/ready?exclude=redis&exclude=queue' : '/ready');
      const { requests, limits } = resources;
      assert.deepEqual([requests.memory, requests.cpu], ['512Mi', '250m']);
      // Beside the process of a job there is the one that started it.
      assert.ok(Number.parseInt(limits.memory, 10) * 1_024 >= Number(ofKind(all, 'ConfigMap')[0].data.JOB_MEMORY_MB) + 500, metadata.name);
    }
    for (const { spec } of ofKind(all, 'CronJob')) assert.deepEqual([spec.schedule, spec.concurrencyPolicy], ['*/15 * * * *', 'Forbid']);
    for (const one of ofKind(all, 'ServiceAccount')) assert.equal(one.automountServiceAccountToken, false);
  });
});

test('the seed: three servers, the same scaler, and the same rules between pods', () => {
  const all = built.get('self-contained')?.manifests ?? [];
  const [scaler] = ofKind(all, 'HorizontalPodAutoscaler');
  const resource = (name: string, averageUtilization: number): unknown => ({ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } });
  assert.deepEqual(scaler.spec, {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'mcp-server' }, minReplicas: 3, maxReplicas: 20,
    metrics: [resource('cpu', 70), resource('memory', 80)],
    behavior: {
      scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] },
      scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }, { type: 'Pods', value: 4, periodSeconds: 15 }] },
    },
  });
  const { spec: servers } = all.find((one) => idOf(one) === 'apps/v1 Deployment mcp-server');
  assert.deepEqual([servers.replicas, servers.template.spec.containers[0].resources.limits.memory, servers.template.spec.containers[0].resources.limits.cpu], [3, '2Gi', '1000m']);
  const { spec } = all.find((one) => idOf(one) === 'networking.k8s.io/v1 NetworkPolicy mcp-server-netpol');
  assert.deepEqual(spec.ingress[0].from[0], { podSelector: { matchLabels: { app: 'nginx' } } });
  const { spec: service } = (built.get('balanced')?.manifests ?? []).find((one) => idOf(one) === 'v1 Service mcp-server');
  assert.deepEqual([service.type, service.ports[0].port], ['LoadBalancer', 80]);
  const outward = spec.egress.map(({ to, ports }: Manifest) => [to[0].podSelector.matchLabels.app, ports[0].port]);
  assert.deepEqual(outward, [['postgres', 5432], ['redis', 6379]]);
  const { args } = all.find((one) => idOf(one) === 'apps/v1 StatefulSet postgres').spec.template.spec.containers[0];
  const most = Number(/max_connections=(\d+)/.exec(args.join(' '))?.[1]);
  const { DATABASE_POOL_SIZE: size, DATABASE_POOL_OVERFLOW: overflow } = ofKind(all, 'ConfigMap')[0].data;
  const workers = all.find((one) => idOf(one) === 'apps/v1 Deployment mcp-worker').spec.replicas;
  // A job has a process of its own beside its worker; five are for backups and people.
  assert.ok((scaler.spec.maxReplicas + 2 * workers) * (Number(size) + Number(overflow)) + 5 <= most, `${most} connections`);
  for (const [app, port] of outward) assert.ok(podsOf(all).some(({ metadata, spec: pod }) => metadata.labels.app === app && pod.containers[0].ports[0].containerPort === port));
});

test('live: a server with the settings of the config map is what probes, Prometheus and callers in the cluster expect', async () => {
  const { data } = ofKind(built.get('production')?.manifests ?? [], 'ConfigMap')[0] as { readonly data: Readonly<Record<string, string>> };
  assert.deepEqual(Object.keys(data).filter((name) => !variables.has(name)), [], 'no settings');
  assert.equal(readSettings({}, data).port, ofKind(built.get('production')?.manifests ?? [], 'Deployment')[0].spec.template.spec.containers[0].ports[0].containerPort);
  using folder = temporaryFolder();
  const dataDir = path.join(folder.path, 'app');
  mkdirSync(dataDir);
  const { CODE_INDEX_DATA_DIR: _folder, ...env } = data;
  await using server = await startServer({ dataDir, env: { ...env, ADMIN_TOKEN: 'admin-token-of-the-tests' } });
  // As the kubelet and Prometheus do: by the number of the pod.
  const here = { url: server.url.replace('0.0.0.0', '127.0.0.1') };
  assert.equal((await getJson(here, '/health')).status, 'healthy');
  assert.equal((await getJson(here, '/ready')).status, 'ready');
  await getJson(here, '/metrics', {}, 401);
  const calledAs = async (host: string): Promise<string | undefined> => /^HTTP\/1\.1 (\d+)/.exec(await sendRaw(here.url, `GET /api/status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))?.[1];
  for (const host of ['code.example.org', '10.1.2.3:8000', ...(data['ALLOWED_HOSTS']?.split(',') ?? [])]) assert.equal(await calledAs(host), '401', host);
  assert.equal(await calledAs('rebound.example.net'), '403');
  assert.equal(await server.stop(), 0);
});
