// Whole summaries, as they are printed.

import { describe, expect, test } from 'vitest';
import type { Statistics } from './statistics.ts';
import { renderSummary, summaryJson, type Summary } from './summary.ts';

const none = { ok: 0, failed: 0, unknown: 0, skipped: 0 };

const idle: Statistics = {
  elapsedMs: 0,
  settled: none,
  alreadySettled: none,
  attempts: 0,
  inFlight: 0,
  retries: 0,
  resent: 0,
  attemptFailures: [],
  resultFailures: [],
  latencyMs: null,
  perSecond: 0,
  waits: [],
  waitingOrigins: 0,
};

const mixed: Statistics = {
  ...idle,
  elapsedMs: 125_000.1234,
  settled: { ok: 49_000, failed: 995, unknown: 5, skipped: 12 },
  attempts: 51_234,
  retries: 1246,
  resent: 7,
  attemptFailures: [{ kind: '503', count: 2100, example: null }],
  resultFailures: [
    { kind: '503', count: 900, example: 'the server answered 503 Service Unavailable' },
    { kind: 'timeout', count: 95, example: 'no complete answer within 30 s' },
    { kind: 'response_lost', count: 5, example: null },
  ],
  latencyMs: { p50: 12.34567, p95: 340, p99: 1200, max: 3400 },
};

function summaryOf(others: Partial<Summary> = {}): Summary {
  return {
    ending: 'finished',
    statistics: mixed,
    total: 50_000,
    input: 'orders.jsonl',
    output: 'orders.results.jsonl',
    bodies: null,
    local: null,
    resumeCommand: null,
    ...others,
  };
}

function render(summary: Summary, columns = 80): string {
  return renderSummary(summary, { columns, color: false });
}

describe('the summary', () => {
  test('of a run that finished with failures', () => {
    expect(render(summaryOf())).toBe(`Finished 50,000 records in 2 m 05 s (400/s)

  ok        49,000  12 of them skipped: nothing was sent
  failed       995
  unknown        5  the answer was lost, and it may have been done
  attempts  51,234  1,246 retries, 7 sent again after a stale connection
  latency   p50 12 ms  p95 340 ms  p99 1.2 s  max 3.4 s

Why records failed
  503            900  the server answered 503 Service Unavailable
  timeout         95  no complete answer within 30 s
  response_lost    5

Results: orders.results.jsonl

  manyfetch failed orders.results.jsonl  the records that are not ok, ready to be run again
  manyfetch verify orders.results.jsonl  proves that every record has exactly one result
`);
  });

  test('on 40 columns cuts what may be cut, and never a path or a command', () => {
    expect(render(summaryOf({ bodies: 'a folder/bodies' }), 40)).toBe(`Finished 50,000 records in 2 m 05 s (40…

  ok        49,000  12 of them skipped:…
  failed       995
  unknown        5  the answer was lost…
  attempts  51,234  1,246 retries, 7 se…
  latency   p50 12 ms  p95 340 ms  p99 …

Why records failed
  503            900  the server answer…
  timeout         95  no complete answe…
  response_lost    5

Results: orders.results.jsonl
Bodies: a folder/bodies

  manyfetch failed orders.results.jsonl  the records that are not ok, ready to be run again
  manyfetch verify orders.results.jsonl  proves that every record has exactly one result
`);
  });

  test('of a run in which all went well, with one record', () => {
    const statistics = { ...idle, elapsedMs: 340, settled: { ...none, ok: 1 }, attempts: 2, retries: 1 };
    expect(render(summaryOf({ statistics, total: 1, output: 'my results.jsonl' })))
      .toBe(`Finished 1 record in 340 ms (2.9/s)

  ok        1
  failed    0
  unknown   0
  attempts  2  1 retry

Results: my results.jsonl

  manyfetch verify 'my results.jsonl'  proves that every record has exactly one result
`);
  });

  test('of a run that was stopped, after an earlier one', () => {
    const alreadySettled = { ok: 29_000, failed: 1000, unknown: 0, skipped: 0 };
    const statistics = {
      ...idle,
      alreadySettled,
      settled: { ...none, ok: 31_000, failed: 1000 },
      elapsedMs: 10_000,
      attempts: 2000,
    };
    const resumeCommand = 'manyfetch run orders.jsonl -o orders.results.jsonl';
    expect(render(summaryOf({ ending: 'stopped', statistics, resumeCommand }))).toBe(`Stopped before the end
32,000 of 50,000 records, 2,000 of them in this run, in 10 s (200/s)

  ok        31,000
  failed     1,000
  unknown        0
  earlier   30,000  of these had their result before this run
  attempts   2,000

Results: orders.results.jsonl

Go on where it stopped:
  manyfetch run orders.jsonl -o orders.results.jsonl
`);
  });

  test('of a run that had finished before', () => {
    const settled = { ...none, ok: 49_990, failed: 10 };
    const statistics = { ...idle, settled, alreadySettled: settled };
    expect(render(summaryOf({ ending: 'already-finished', statistics })))
      .toBe(`Nothing to do: every record has its result (50,000)

  ok        49,990
  failed        10
  unknown        0
  earlier   50,000  of these had their result before this run

Results: orders.results.jsonl

  manyfetch failed orders.results.jsonl  the records that are not ok, ready to be run again
  manyfetch verify orders.results.jsonl  proves that every record has exactly one result
`);
  });

  test('of no records, to standard output', () => {
    expect(render(summaryOf({ statistics: idle, total: 0, output: '-' }))).toBe(`Finished: there was no record to send

  ok        0
  failed    0
  unknown   0

Results: standard output
`);
  });

  test('of standard input names what has to be at hand for what follows', () => {
    const commands = render(summaryOf({ input: '-' }), 200)
      .split('\n')
      .slice(-3, -1);
    expect(commands).toEqual([
      '  manyfetch failed orders.results.jsonl --input FILE  the records that are not ok, ready to be run again; FILE is the input, saved',
      '  manyfetch verify orders.results.jsonl --input FILE  proves that every record has exactly one result; FILE is the input, saved',
    ]);
  });

  test('names what ended the run', () => {
    expect(render(summaryOf({ ending: 'disk', total: null }))).toMatch(
      /^Stopped: the results cannot be written\n50,000 records in 2 m 05 s \(400\/s\)\n\n/,
    );
    expect(render(summaryOf({ ending: 'output-closed', total: 60_000 }))).toMatch(
      /^Stopped: nobody reads the results any more\n50,000 of 60,000 records in 2 m 05 s \(400\/s\)\n\n/,
    );
  });

  test('of a run that was stopped says nothing of failed and verify: it is not complete', () => {
    expect(render(summaryOf({ ending: 'disk' }))).not.toContain('manyfetch');
  });

  test('colours nothing unless it may, and then balances every colour', () => {
    const text = renderSummary(summaryOf(), { columns: 80, color: true });
    expect(text).toContain('\u001B[1mFinished 50,000 records\u001B[22m in 2 m 05 s (400/s)\n');
    expect(text).toContain('  failed    \u001B[31m   995\u001B[39m\n');
    expect(text).toContain('\u001B[1mmanyfetch failed orders.results.jsonl\u001B[22m');
    expect(render(summaryOf())).not.toContain('\u001B');
  });

  test('a message or a path that carries escape codes does not reach the terminal', () => {
    const resultFailures = [{ kind: '500', count: 1, example: 'bad\u001B[2J\r\n\u009B31mnews\u0007\u202E' }];
    const text = render(summaryOf({ statistics: { ...mixed, resultFailures }, output: 'x\u001B[31m.jsonl' }));
    expect(text).toContain('\n  500  1  bad news \n');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('many kinds are not all listed', () => {
    const resultFailures = Array.from({ length: 12 }, (_, at) => ({ kind: `${500 + at}`, count: 9, example: null }));
    const text = render(summaryOf({ statistics: { ...mixed, resultFailures } }));
    expect(text).toContain('  509  9\n  and 2 more kinds\n\n');
  });
});

test('what this machine was short of stands on a line of its own, whole', () => {
  const local = `no file descriptor was left (EMFILE): at most 40 in flight for now; ${'raise it with ulimit -n '.repeat(6)}`;
  expect(render(summaryOf({ local }))).toContain(`\nThis machine: ${local.trimEnd()}`);
});

describe('the summary for programs', () => {
  test('is one line with all there is', () => {
    const json = summaryJson(summaryOf({ ending: 'stopped', resumeCommand: 'manyfetch run orders.jsonl' }));
    expect(json).not.toContain('\n');
    expect(JSON.parse(json)).toEqual({
      ending: 'stopped',
      input: 'orders.jsonl',
      output: 'orders.results.jsonl',
      bodies: null,
      records: 50_000,
      results: { ok: 49_000, failed: 995, unknown: 5, skipped: 12 },
      earlier: none,
      elapsedMs: 125_000.123,
      perSecond: 400,
      attempts: 51_234,
      retries: 1246,
      resent: 7,
      latencyMs: { p50: 12.346, p95: 340, p99: 1200, max: 3400 },
      failures: mixed.resultFailures,
      attemptFailures: [{ kind: '503', count: 2100 }],
      local: null,
      resume: 'manyfetch run orders.jsonl',
    });
  });

  test('of nothing has no rate and no latency', () => {
    expect(JSON.parse(summaryJson(summaryOf({ statistics: idle, total: null })))).toMatchObject({
      records: null,
      perSecond: 0,
      latencyMs: null,
    });
  });

  test('carries a message with escape codes exactly, without a character that a terminal obeys', () => {
    const example = 'bad\u001B[2J\r\n\u009B31m\u007F\u202Enews\u{E0001}';
    const resultFailures = [{ kind: '500', count: 1, example }];
    const json = summaryJson(summaryOf({ statistics: { ...mixed, resultFailures } }));
    expect(json).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(json)).toMatchObject({ failures: [{ example }] });
  });
});
