/**
 * The protocol's own conformance suite against a server in a process of its own, at each revision that the suite knows.
 * Every scenario of the suite is in one of the two tables; a new one fails this test until it is.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeRepository, run, temporaryFolder } from './faces.ts';
import { startServer, type RunningServer } from './server.ts';

/** Scenarios that must pass, with the checks in them that need what this server does not have. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  'server-initialize': [],
  'server-session-lifecycle': [],
  // Both need a tool of the suite that asks the client for something.
  'server-stateless': ['sep-2575-server-rejects-undeclared-capability', 'sep-2575-missing-capability-http-400'],
  ping: [],
  'tools-list': [],
  'tools-call-simple-text': [],
  'tools-call-error': [],
  'server-sse-multiple-streams': [],
  'dns-rebinding-protection': [],
  'http-header-validation': [],
  // There are tools alone: no prompts, no resources.
  caching: ['sep-2549-prompts-list-caching-hints', 'sep-2549-resources-list-caching-hints', 'sep-2549-resources-templates-list-caching-hints'],
  'input-required-result-unsupported-methods': [],
  'input-required-result-ignore-extra-params': [],
  'sep-2164-resource-not-found': [],
};

const TOOL_OF_THE_SUITE = 'calls a tool that the reference server of the suite has and a product does not';
const NO_RESOURCES = 'resources are not offered: files are read by read_code';
const NO_PROMPTS = 'prompts are not offered';
const ASKS_NOTHING = 'the server never asks the client for input, completions of a model, or roots while it answers';
const NO_TASKS = 'the extension of tasks is not offered: what takes long answers with a job, which get_status shows';
const NO_SKILLS = 'the extension of skills is not offered';

const NOT_OURS: Readonly<Record<string, string>> = {
  'logging-set-level': 'log messages are not sent to clients; the server has its log',
  'tools-call-with-logging': 'log messages are not sent to clients; the server has its log',
  'completion-complete': 'completion of arguments is not offered',
  'tools-call-image': TOOL_OF_THE_SUITE,
  'tools-call-audio': TOOL_OF_THE_SUITE,
  'tools-call-embedded-resource': TOOL_OF_THE_SUITE,
  'tools-call-mixed-content': TOOL_OF_THE_SUITE,
  'tools-call-with-progress': `${TOOL_OF_THE_SUITE}; progress is tested with add_reference_repository`,
  'json-schema-2020-12': TOOL_OF_THE_SUITE,
  'tools-call-sampling': ASKS_NOTHING,
  'tools-call-elicitation': ASKS_NOTHING,
  'elicitation-sep1034-defaults': ASKS_NOTHING,
  'elicitation-sep1330-enums': ASKS_NOTHING,
  'server-sse-polling': 'streams cannot be taken up again: that needs a session which one replica keeps',
  'http-custom-header-server-validation': 'no argument of a tool is also sent as a header',
  'resources-list': NO_RESOURCES,
  'resources-read-text': NO_RESOURCES,
  'resources-read-binary': NO_RESOURCES,
  'resources-templates-read': NO_RESOURCES,
  'resources-subscribe': NO_RESOURCES,
  'resources-unsubscribe': NO_RESOURCES,
  'prompts-list': NO_PROMPTS,
  'prompts-get-simple': NO_PROMPTS,
  'prompts-get-with-args': NO_PROMPTS,
  'prompts-get-embedded-resource': NO_PROMPTS,
  'prompts-get-with-image': NO_PROMPTS,
  'sep-2640-skills-directory': NO_SKILLS,
  'sep-2640-skills-enumeration': NO_SKILLS,
  'sep-2640-skills-manifest': NO_SKILLS,
  'tasks-lifecycle': NO_TASKS,
  'tasks-capability-negotiation': NO_TASKS,
  'tasks-wire-fields': NO_TASKS,
  'tasks-request-state-removal': NO_TASKS,
  'tasks-mrtr-input': NO_TASKS,
  'tasks-request-headers': NO_TASKS,
  'tasks-dispatch-and-envelope': NO_TASKS,
  'tasks-status-notifications': NO_TASKS,
  'tasks-required-task-error': NO_TASKS,
  'tasks-mrtr-composition': NO_TASKS,
  'input-required-result-basic-elicitation': ASKS_NOTHING,
  'input-required-result-basic-sampling': ASKS_NOTHING,
  'input-required-result-basic-list-roots': ASKS_NOTHING,
  'input-required-result-request-state': ASKS_NOTHING,
  'input-required-result-multiple-input-requests': ASKS_NOTHING,
  'input-required-result-multi-round': ASKS_NOTHING,
  'input-required-result-missing-input-response': ASKS_NOTHING,
  'input-required-result-non-tool-request': ASKS_NOTHING,
  'input-required-result-result-type': ASKS_NOTHING,
  'input-required-result-tampered-state': ASKS_NOTHING,
  'input-required-result-capability-check': ASKS_NOTHING,
  'input-required-result-validate-input': ASKS_NOTHING,
};

const VERSIONS = ['2025-06-18', '2025-11-25', '2026-07-28'] as const;
const suite = path.resolve(import.meta.dirname, '..', 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
const folder = temporaryFolder();
let server: RunningServer;

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** Runs the program of the suite; its exit code says no more than its files. */
function conformance(...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => execFile(process.execPath, [suite, ...args], { cwd: folder.path, maxBuffer: 64 << 20 }, (_error, stdout) => resolve(stdout)));
}

async function checksAt(version: string): Promise<ReadonlyMap<string, readonly Check[]>> {
  const results = path.join(folder.path, version);
  mkdirSync(results);
  await conformance('server', '--url', `${server.url}/mcp`, '--suite', 'all', '--spec-version', version, '--output-dir', results);
  return new Map(readdirSync(results).map((name) => {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(name)?.[1] ?? name;
    return [scenario, JSON.parse(readFileSync(path.join(results, name, 'checks.json'), 'utf8')) as readonly Check[]];
  }));
}

before(async () => {
  const dataDir = path.join(folder.path, 'data');
  const project = makeRepository(path.join(folder.path, 'project'), { 'a.ts': 'export const one = 1;\n' });
  assert.equal((await run(['index'], { cwd: project, dataDir, env: { MASK_SECRETS: 'true' } })).code, 0);
  server = await startServer({ dataDir, env: { RATE_LIMIT: 'off' } });
});
after(async () => {
  await server?.stop();
  folder[Symbol.dispose]();
});

describe('the conformance suite', () => {
  const listed = new Map<string, readonly string[]>();
  before(async () => {
    for (const [, name, versions] of (await conformance('list', '--server')).matchAll(/^ {2}- (\S+) \[([^\]]*)\]/gm)) listed.set(name as string, (versions as string).split(','));
  });

  it('has no scenario that is not in a table here', () => {
    assert.ok(listed.size > 50, `${listed.size} scenarios`);
    const known = [...Object.keys(OURS), ...Object.keys(NOT_OURS)];
    assert.deepEqual(known.toSorted(), [...listed.keys()].toSorted());
  });

  for (const version of VERSIONS) it(`passes at ${version}`, async () => {
    const found = await checksAt(version);
    let passed = 0;
    for (const [scenario, excepted] of Object.entries(OURS)) {
      if (listed.get(scenario)?.includes(version) !== true) continue;
      const checks = found.get(scenario) ?? [];
      const failed = checks.filter(({ id, status }) => status === 'FAILURE' && !excepted.includes(id));
      assert.deepEqual(failed.map(({ id, errorMessage }) => `${scenario} ${id}: ${errorMessage}`), []);
      assert.ok(checks.some(({ status }) => status === 'SUCCESS'), `${scenario} checked nothing`);
      passed++;
    }
    assert.ok(passed >= 5, `${passed} scenarios`);
  });
});
