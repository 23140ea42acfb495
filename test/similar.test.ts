/** The same idea elsewhere: small programs in several languages are indexed for real, then asked for one by another. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPool } from '../src/code/mod.ts';
import { openStaticModel, type EmbeddingModel } from '../src/embed/mod.ts';
import { indexView } from '../src/indexing/mod.ts';
import { openLocation } from '../src/repo/mod.ts';
import { similar, type SimilarRequest } from '../src/search/mod.ts';
import { openStore, type Store } from '../src/store/mod.ts';
import { scratch } from './whole.ts';

const PYTHON = `
//- limits/bucket.py
class TokenBucket:
    """Lets a burst of calls through, then a steady rate."""

    def __init__(self, capacity, rate):
        self.capacity = capacity
        self.rate = rate
        self.tokens = capacity
        self.updated = 0

    def allow(self, now):
        elapsed = now - self.updated
        self.tokens = min(self.capacity, self.tokens + elapsed * self.rate)
        self.updated = now
        if self.tokens >= 1:
            self.tokens -= 1
            return True
        return False
//- ranges/merge.py
def merge_intervals(intervals):
    """Joins intervals that overlap."""
    intervals.sort()
    merged = []
    for start, end in intervals:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged
//- units/roman.py
def to_roman(number):
    symbols = [(1000, 'M'), (900, 'CM'), (500, 'D'), (400, 'CD'), (100, 'C'), (90, 'XC'), (50, 'L'), (40, 'XL'), (10, 'X'), (9, 'IX'), (5, 'V'), (4, 'IV'), (1, 'I')]
    out = ''
    for value, letters in symbols:
        while number >= value:
            out += letters
            number -= value
    return out
//- text/wrap.py
def wrap(text, width):
    lines = []
    line = ''
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = word if line == '' else line + ' ' + word
    lines.append(line)
    return lines
`;
const WRAPPER = `class Wrapper {
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() + word.length() + 1 > width) {
                lines.add(line.toString());
                line = new StringBuilder(word);
            } else {
                if (line.length() > 0) line.append(" ");
                line.append(word);
            }
        }
        lines.add(line.toString());
        return lines;
    }
}
`;
const OTHERS = `
//- a/a.go
package a

// MergeIntervals joins intervals that overlap.
func MergeIntervals(intervals [][]int) [][]int {
	sort.Slice(intervals, func(i, j int) bool { return intervals[i][0] < intervals[j][0] })
	var merged [][]int
	for _, interval := range intervals {
		last := len(merged) - 1
		if last >= 0 && interval[0] <= merged[last][1] {
			merged[last][1] = max(merged[last][1], interval[1])
		} else {
			merged = append(merged, interval)
		}
	}
	return merged
}
//- b/b.go
package b

func Encode(n int) string {
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	names := []string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}
	s := ""
	for i := 0; i < len(values); i++ {
		for n >= values[i] {
			s += names[i]
			n -= values[i]
		}
	}
	return s
}
//- c/c.go
package c

type Limiter struct {
	capacity, rate, tokens, last float64
}

func (l *Limiter) Allow(now float64) bool {
	l.tokens = math.Min(l.capacity, l.tokens+(now-l.last)*l.rate)
	l.last = now
	if l.tokens >= 1 {
		l.tokens--
		return true
	}
	return false
}
//- d/d.rs
pub struct Bucket { capacity: f64, rate: f64, tokens: f64, updated: f64 }

impl Bucket {
    pub fn allow(&mut self, now: f64) -> bool {
        let elapsed = now - self.updated;
        self.tokens = (self.tokens + elapsed * self.rate).min(self.capacity);
        self.updated = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return true;
        }
        false
    }
}
//- e/first.java
${WRAPPER}//- e/second.java
${WRAPPER.replace('return lines;', 'return lines; // a copy')}//- e/Interval.java
class Interval {
    int start;
    int end;
    Interval(int start, int end) { this.start = start; this.end = end; }
    boolean overlaps(Interval other) { return start <= other.end && other.start <= end; }
}
`;

const data = scratch('similar');
let store: Store;
let model: EmbeddingModel;

before(async () => {
  mkdirSync(join(data.path, 'data'), { recursive: true });
  store = await openStore('sqlite:', { dataDir: join(data.path, 'data') });
  model = openStaticModel();
  await using pool = openPool({ threads: 1 });
  for (const [name, files, purpose] of [['app', PYTHON, null], ['others', OTHERS, 'reference']] as const) {
    const root = join(data.path, name);
    for (const [, path, text] of files.matchAll(/^\/\/- (\S+)\n([^]*?)(?=^\/\/- |(?![^]))/gm)) {
      mkdirSync(dirname(join(root, path as string)), { recursive: true });
      writeFileSync(join(root, path as string), text as string);
    }
    const location = await openLocation(root);
    const repository = await store.meta.putRepository({ name, root: location.root, url: null, purpose, language: null, expiresAt: null });
    const view = await store.meta.putView({ repository: repository.id, kind: 'worktree', branch: null, root: location.root, commit: null });
    await indexView({ store, pool, embedding: { model: async () => model, threadFile: null } }, { repository, view, location });
  }
});

after(async () => {
  await store[Symbol.asyncDispose]();
  data[Symbol.dispose]();
});

/** The first path for a question, as `repository:path`, with and without vectors. */
async function check(request: SimilarRequest, expected: string): Promise<void> {
  for (const meaning of [{ model: null, notes: [] }, { model, notes: [] }]) {
    const [first] = (await similar(store, request, meaning)).results;
    assert.equal(`${first?.repository}:${first?.path}`, expected, `${JSON.stringify(request)}${meaning.model === null ? '' : ' by meaning'}`);
  }
}

test('a symbol finds its counterpart in another language', async () => {
  await check({ symbol: 'merge_intervals', languages: ['go'] }, 'others:a/a.go');
  await check({ symbol: 'units/roman.py#to_roman', languages: ['go'] }, 'others:b/b.go');
  await check({ symbol: 'TokenBucket.allow', languages: ['rust'] }, 'others:d/d.rs');
  await check({ path: 'text/wrap.py', startLine: 4, languages: ['java'] }, 'others:e/first.java');
});

test('code is found by its build where no name is shared', async () => {
  await check({ snippet: 'def f(q):\n    r = ""\n    for a, b in T:\n        while q >= a:\n            r += b\n            q -= a\n    return r\nT = [(1000, "M"), (900, "CM"), (400, "CD"), (90, "XC")]', language: 'python', languages: ['go'] }, 'others:b/b.go');
});

test('a purpose narrows to reference repositories', async () => {
  await check({ symbol: 'merge_intervals', purpose: 'Reference' }, 'others:a/a.go');
  await assert.rejects(similar(store, { symbol: 'merge_intervals', purpose: 'refrence' }), { code: 'not_found', fix: /"reference"/ });
});

test('each file answers once, near-duplicates are told with the first, and what was asked about is left out', async () => {
  const { results } = await similar(store, { symbol: 'wrap', path: 'text/wrap.py', repositories: ['*'] });
  assert.equal(new Set(results.map(({ path }) => path)).size, results.length);
  assert.ok(!results.some(({ path }) => path === 'text/wrap.py'));
  assert.ok(results[0]?.why.includes('nearly the same: e/second.java'), results[0]?.why.join('; '));
});

test('why names what is shared', async () => {
  const { results } = await similar(store, { symbol: 'to_roman', languages: ['go'] });
  const why = results[0]?.why.join('; ') ?? '';
  assert.match(why, /same literals: /);
  assert.match(why, /same shape: 2 loops/);
});

test('bad questions are answered with a sentence', async () => {
  await assert.rejects(similar(store, { snippet: ' \n' }), { code: 'invalid_query', message: /empty/ });
  await assert.rejects(similar(store, { snippet: '+ - *' }), { code: 'invalid_query', message: /no word/ });
  await assert.rejects(similar(store, { snippet: 'x', language: 'klingon' }), { code: 'invalid_query', message: /klingon/ });
  await assert.rejects(similar(store, { symbol: 'nowhere_defined' }), { code: 'not_found', message: /nowhere_defined/ });
  await assert.rejects(similar(store, { path: 'text/none.py', startLine: 1 }), { code: 'not_found' });
});

test('a language without code, a huge snippet and a model that is down cost only what they must', async () => {
  const none = await similar(store, { symbol: 'wrap', languages: ['haskell'] });
  assert.deepEqual(none.results, []);
  assert.match(none.notes.join(), /No haskell file is indexed in app, others/);
  const huge = await similar(store, { snippet: 'merged = merge(interval, start, end)\n'.repeat(30_000), language: 'python', languages: ['go'] });
  assert.equal(huge.results[0]?.path, 'a/a.go');
  assert.match(huge.notes.join(), /characters the first/);
  const down: EmbeddingModel = Object.assign(Object.create(model) as EmbeddingModel, { embedCode: () => Promise.reject(new Error('the endpoint is down')) });
  const answer = await similar(store, { symbol: 'merge_intervals', languages: ['go'] }, { model: down, notes: [] });
  assert.equal(answer.results[0]?.path, 'a/a.go');
  assert.match(answer.notes.join(), /Meaning was left out/);
});
