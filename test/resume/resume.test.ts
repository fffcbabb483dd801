// A run that was stopped in any way goes on where it was: what has a row is not sent again, what was
// under way is dealt with as the delivery mode says, and in the end each record has one row.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readEntries } from '../../src/journal/journal-entry.ts';
import type { FakeScript } from '../../src/testing/fake-transport.ts';
import { DiskBench } from '../faults/disk-bench.ts';

const records = 120;
const numbers = Array.from({ length: records }, (_, n) => n);
// Long values, so that the input is more than one block and there are positions to return to.
const padding = 'p'.repeat(900);
const jsonl = numbers.map((n) => `{"n":${n},"p":"${padding}"}\n`).join('');
const csv = `n,p\r\n${numbers.map((n) => `${n},"two\nlines, ""quoted""\n${padding}"\r\n`).join('')}`;
const json = `[\n${numbers.map((n) => `  {"n":${n},\n "p":"${padding}"}`).join(',\n')}\n]\n`;
const txt = numbers.map((n) => `# ${padding}\n\nhttp://a.test/${n}\n`).join('');

describe('from where it was in the input', () => {
  test.each([
    { name: 'in.jsonl', bytes: jsonl },
    { name: 'crlf.jsonl', bytes: `\ufeff${jsonl.replaceAll('\n', '\r\n')}` },
    { name: 'in.csv', bytes: csv },
    { name: 'in.tsv', bytes: csv.replaceAll(',', '\t') },
    { name: 'in.json', bytes: json },
    { name: 'in.txt', bytes: txt, isRequest: true },
    { name: 'in.jsonl.gz', bytes: gzipSync(jsonl) },
    { name: 'in.csv.zst', bytes: zstdCompressSync(csv) },
    { name: 'in.json.br', bytes: brotliCompressSync(json) },
  ])('$name', async (input) => {
    using bench = new DiskBench({ records, input });
    for (const killAfter of [40, 25, 30]) {
      await bench.run({ killAfter, isCrash: true });
      const before = new Map(bench.sendings);
      const rows = new Set(bench.rows().map(({ index }) => index));
      expect(rows.size).toBeGreaterThan(10);
      await bench.run({ killAfter: 1, isCrash: true });
      expect([...rows].filter((index) => bench.sendings.get(index) !== before.get(index))).toEqual([]);
    }
    expect((await bench.run()).kind).toBe('finished');
    await bench.checkComplete();
    expect([...bench.sendings.keys()].toSorted((a, b) => a - b)).toEqual(numbers);
  });
});

test('a finished run says so, and sends nothing', async () => {
  using bench = new DiskBench({ records: 20 });
  await bench.run();
  const files = readFileSync(`${bench.output}.run`);
  bench.sendings.clear();
  expect(await bench.run()).toMatchObject({ kind: 'already-finished', settled: { ok: 20 } });
  expect([bench.sendings.size, readFileSync(`${bench.output}.run`)]).toEqual([0, files]);
});

test('what was learned of an origin is kept, and is where the next process begins', async () => {
  using bench = new DiskBench({ records: 1500, options: { concurrency: 'auto' }, script: () => ({ headMs: 50 }) });
  await bench.run({ killAfter: 1000 });
  const learned = learnedBy(bench.output);
  expect(learned).toBeGreaterThan(50);
  // Killed at once, it has learned nothing itself, and still knows.
  await bench.run({ killAfter: 1 });
  expect(learnedBy(bench.output)).toBe(learned);
});

/** The limit of the only origin, as the journal has it. */
function learnedBy(output: string): number | undefined {
  const limits = readEntries(readFileSync(`${output}.run`)).flatMap((entry) =>
    entry.kind === 'checkpoint' ? Object.values(entry.checkpoint.limits ?? {}) : [],
  );
  return limits.at(-1);
}

test('--fresh starts over, and everything is sent again', async () => {
  using bench = new DiskBench({ records: 20 });
  await bench.run();
  expect((await bench.run({ options: { fresh: true } })).kind).toBe('finished');
  await bench.checkComplete();
  expect([...bench.sendings.values()].every((times) => times === 2)).toBe(true);
});

describe('what was under way when the process died', () => {
  test('at least once: it is sent again', async () => {
    using bench = new DiskBench({ records: 60 });
    await bench.run({ killAfter: 20, isCrash: true });
    const rows = new Set(bench.rows().map(({ index }) => index));
    const doubtful = [...bench.sendings.keys()].filter((index) => !rows.has(index));
    expect(doubtful.length).toBeGreaterThan(3);
    expect(await bench.run()).toMatchObject({ kind: 'finished', settled: { ok: 60, unknown: 0 } });
    await bench.checkComplete();
    const twice = [...bench.sendings].filter(([, times]) => times > 1).map(([index]) => index);
    expect(twice.toSorted((a, b) => a - b)).toEqual(doubtful.toSorted((a, b) => a - b));
  });

  test('at least once: what was in flight behind the last answer is in doubt too, and it is said', async () => {
    using bench = new DiskBench({ records: 60, script: () => ({ headMs: 10 }), options: { limit: 50 } });
    await bench.run({ killAfter: 20, isCrash: true });
    const rows = new Set(bench.rows().map(({ index }) => index));
    const doubtful = [...bench.sendings.keys()].filter((index) => !rows.has(index));
    expect(doubtful.length).toBeGreaterThan(0);
    expect(Math.min(...doubtful)).toBeGreaterThan(Math.max(...rows));
    const { description } = await bench.run();
    const most = Number(/up to (\d+) in doubt/.exec(description[0] ?? '')?.[1]);
    expect(most).toBeGreaterThanOrEqual(doubtful.length);
    expect(most).toBeLessThanOrEqual(Math.min(50 - rows.size, doubtful.length + 32));
  });

  test('at least once: how much is in doubt is told to a few records, however long the input is', async () => {
    using bench = new DiskBench({ records: 3000, script: () => ({ headMs: 5 }), options: { concurrency: 5 } });
    await bench.run({ killAfter: 100, isCrash: true });
    const rows = new Set(bench.rows().map(({ index }) => index));
    const doubtful = [...bench.sendings.keys()].filter((index) => !rows.has(index));
    const { description } = await bench.run({ killAfter: 1 });
    const most = Number(/up to (\d+) in doubt/.exec(description[0] ?? '')?.[1]);
    expect(most).toBeGreaterThanOrEqual(doubtful.length);
    expect(most).toBeLessThanOrEqual(doubtful.length + 40);
  });

  test('at most once: a POST is unknown and not sent again, the summary counts it', async () => {
    using bench = new DiskBench({ records: 60, options: { delivery: 'at-most-once' } });
    await bench.run({ killAfter: 20, isCrash: true });
    const rows = new Set(bench.rows().map(({ index }) => index));
    const doubtful = [...bench.sendings.keys()].filter((index) => !rows.has(index)).toSorted((a, b) => a - b);
    const end = await bench.run();
    expect(end).toMatchObject({ settled: { ok: 60 - doubtful.length, unknown: doubtful.length } });
    expect(end.description[0]).toContain(`${doubtful.length} in doubt`);
    await bench.checkComplete();
    const unknown = bench.rows().filter(({ result }) => result === 'unknown');
    expect(unknown.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(doubtful);
    expect(new Set(unknown.map(({ error }) => error?.code))).toEqual(new Set(['response_lost']));
  });

  test.each([true, false])('at most once: what could not be sent yet is not in doubt (crash: %s)', async (isCrash) => {
    const options = { delivery: 'at-most-once', concurrency: 50 } as const;
    const state = { isDown: true };
    // The service is down for all but a few; all others wait for another attempt.
    const script: FakeScript = ({ path }) =>
      state.isDown && Number(path.slice(1)) >= 4
        ? { connectMs: 1, status: null, ends: 'connect_refused' }
        : { headMs: 100 };
    using bench = new DiskBench({ records: 30, options, script, environment: { random: () => 0.99 } });
    await bench.run({ killAfter: 1, isCrash });
    const refused = new Set([...bench.sendings.keys()].filter((index) => index >= 4));
    expect(refused.size).toBeGreaterThan(20);
    state.isDown = false;
    const { settled } = await bench.run();
    expect(settled?.unknown).toBeLessThanOrEqual(4);
    expect(settled?.ok).toBeGreaterThanOrEqual(26);
  });

  test('at most once: a PUT is sent again', async () => {
    using bench = new DiskBench({ records: 60, options: { delivery: 'at-most-once', method: 'PUT' } });
    await bench.run({ killAfter: 20, isCrash: true });
    expect(await bench.run()).toMatchObject({ settled: { ok: 60, unknown: 0 } });
    expect([...bench.sendings.values()].some((times) => times === 2)).toBe(true);
  });

  test('in order and at most once: a result that waited for its turn is not lost', async () => {
    const options = { delivery: 'at-most-once', order: 'input' } as const;
    // The first record is slow: all results wait for it.
    using bench = new DiskBench({
      records: 60,
      options,
      script: ({ path }) => ({ headMs: path === '/0' ? 400 : 5, body: ['done'] }),
    });
    await bench.run({ killAfter: 20, isCrash: true });
    expect(bench.rows()).toEqual([]);
    const { settled } = await bench.run();
    await bench.checkComplete();
    const unknown = bench.rows().filter(({ result }) => result === 'unknown');
    expect(settled?.unknown).toBe(unknown.length);
    expect(unknown.length).toBeLessThanOrEqual(6);
    expect(unknown[0]?.index).toBe(0);
  });
});

describe('a part of the input', () => {
  test('--limit is raised later, lowered, and taken away', async () => {
    using bench = new DiskBench({ records: 60 });
    expect((await bench.run({ options: { limit: 10 } })).kind).toBe('finished');
    expect(bench.rows()).toHaveLength(10);
    expect((await bench.run({ options: { limit: 10 } })).kind).toBe('already-finished');
    expect((await bench.run({ options: { limit: 5 } })).kind).toBe('already-finished');
    expect((await bench.run({ options: { limit: 30 } })).kind).toBe('finished');
    expect(bench.rows()).toHaveLength(30);
    expect((await bench.run()).kind).toBe('finished');
    await bench.checkComplete();
    bench.checkSentOnce();
  });

  test('a smaller --limit after a larger one that was not reached', async () => {
    using bench = new DiskBench({ records: 60 });
    await bench.run({ options: { limit: 40 }, killAfter: 20, isCrash: true });
    expect((await bench.run({ options: { limit: 5 } })).kind).toBe('finished');
    expect((await bench.run({ options: { limit: 40 } })).kind).toBe('finished');
    expect(bench.rows()).toHaveLength(40);
    expect((await bench.run()).kind).toBe('finished');
    await bench.checkComplete();
  });

  test('with --offset no record before it is ever sent, whenever the process dies', async () => {
    const options = { offset: 30, limit: 20 };
    for (const killAfter of [1, 10, 19]) {
      using bench = new DiskBench({ records: 60, options, environment: { checkpointMs: 1e6 } });
      await bench.run({ killAfter, isCrash: true });
      await bench.run();
      expect([...bench.sendings.keys()].toSorted((a, b) => a - b)).toEqual(numbers.slice(30, 50));
      expect(bench.rows().length).toBe(20);
    }
  });
});

describe('standard input', () => {
  const stdin = numbers
    .slice(0, 60)
    .map((n) => `{"n":${n}}\n`)
    .join('');

  test('is read again, and what is settled is passed over', async () => {
    using bench = new DiskBench({ records: 60, options: { input: '-' } });
    await bench.run({ killAfter: 20, isCrash: true, stdin });
    const rows = bench.rows().map(({ index }) => index);
    const { kind, description } = await bench.run({ stdin });
    expect([kind, description[1]]).toEqual([
      'finished',
      'standard input cannot be checked: it has to be the same as in the first run',
    ]);
    expect(bench.rows()).toHaveLength(60);
    expect(rows.map((index) => bench.sendings.get(index))).toEqual(rows.map(() => 1));
  });

  test('that ends too early does not finish the run', async () => {
    using bench = new DiskBench({ records: 60, options: { input: '-' } });
    await bench.run({ killAfter: 20, isCrash: true, stdin });
    const { kind, error } = await bench.run({ stdin: '{"n":0}\n' });
    expect(kind).toBe('stopped');
    expect(String(error)).toMatch(/the input ended before record \d+, which an earlier process had begun/u);
    expect((await bench.run({ stdin })).kind).toBe('finished');
    expect(bench.rows()).toHaveLength(60);
  });
});

describe('files that somebody changed', () => {
  test('rows that were taken out of a finished output are done again', async () => {
    using bench = new DiskBench({ records: 40 });
    await bench.run();
    const lines = readFileSync(bench.output, 'utf8').split('\n');
    writeFileSync(bench.output, lines.filter((_, at) => at % 4 !== 0).join('\n'));
    expect((await bench.run()).kind).toBe('finished');
    await bench.checkComplete();
  });

  test.each([
    ['garbage', 'garbage without an end'],
    ['zeros', '\0'.repeat(500)],
    ['a row of a record that has one', '{"index":3,"result":"ok"}\n'],
    ['a row of a record that cannot be', '{"index":900719925474099,"result":"ok"}\n'],
    ['an empty line', '\n'],
  ])('%s at the end is cut off', async (_what, text) => {
    using bench = new DiskBench({ records: 40 });
    await bench.run({ killAfter: 15 });
    appendFileSync(bench.output, text);
    expect((await bench.run()).kind).toBe('finished');
    await bench.checkComplete();
    bench.sendings.clear();
    appendFileSync(bench.output, text);
    expect((await bench.run()).kind).toBe('finished');
    await bench.checkComplete();
    expect(bench.sendings.size).toBe(0);
  });

  test('an output that is gone is made again', async () => {
    using bench = new DiskBench({ records: 40 });
    await bench.run({ killAfter: 15 });
    writeFileSync(bench.output, '');
    expect((await bench.run()).kind).toBe('finished');
    await bench.checkComplete();
  });
});

test('records that cannot become requests settle without being sent, and resume like the others', async () => {
  // The last one can be sent: a run of which none of the first can is refused.
  const bytes = numbers.map((n) => (n === records - 1 ? `{"n":${n}}\n` : `{"m":${n}}\n`)).join('');
  using bench = new DiskBench({ records, input: { name: 'in.jsonl', bytes } });
  await bench.run({ killAfter: 50, isCrash: true });
  expect(await bench.run()).toMatchObject({ kind: 'finished', settled: { failed: records - 1, ok: 1 } });
  await bench.checkComplete();
  expect(bench.sendings.size).toBe(1);
});

test('neither the journal nor its list of open records grows with the length of the run', async () => {
  using bench = new DiskBench({
    records: 4000,
    options: { delivery: 'at-most-once', concurrency: 20 },
    environment: { compactAfterBytes: 2000, checkpointMs: 50 },
    // One record is answered last of all.
    script: ({ path }) => ({ headMs: path === '/7' ? 3000 : 2 }),
  });
  let longest = 0;
  const watch = (): void => void (longest = Math.max(longest, readFileSync(`${bench.output}.run`).length));
  await bench.run({ killAfter: 3900, onKill: watch });
  watch();
  expect(longest).toBeLessThan(20_000);
  expect((await bench.run()).kind).toBe('finished');
  await bench.checkComplete();
});
