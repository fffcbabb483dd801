// Whole reports, as they are printed.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResultTally, renderReport, type ResultRow } from './result-report.ts';
import { columnsOf } from './terminal-text.ts';

function tallyOf(rows: Iterable<ResultRow>): ResultTally {
  const tally = new ResultTally();
  for (const row of rows) tally.add(row);
  return tally;
}

function render(rows: Iterable<ResultRow>, columns = 80): string {
  return renderReport(tallyOf(rows), { columns, color: false });
}

/** 1,000 records in 10 s to two hosts; every tenth answered 503 four times, one unknown, one skipped. */
function* sampleRows(): Generator<ResultRow> {
  for (let index = 0; index < 1000; index++) {
    const at = new Date(1_700_000_000_000 + index * 10).toISOString();
    const row = { index, at, method: 'POST', url: `https://${index % 4 === 0 ? 'b' : 'a'}.example/${index}` };
    if (index === 1) yield { index, result: 'ok', status: null, attempts: 0, ms: null, waitMs: 0, at, skipped: true };
    else if (index === 2)
      yield {
        ...row,
        result: 'unknown',
        status: null,
        attempts: 1,
        ms: 900,
        waitMs: 0,
        error: { code: 'response_lost', message: 'lost' },
      };
    else if (index % 10 === 0)
      yield {
        ...row,
        result: 'failed',
        status: 503,
        attempts: 4,
        ms: 300,
        waitMs: 3000,
        error: { code: 'http_status', message: `the server answered 503 to ${index}` },
      };
    else yield { ...row, result: 'ok', status: 200, attempts: 1, ms: 10 + (index % 5), waitMs: 1 };
  }
}

describe('the report', () => {
  test('on 80 columns', () => {
    expect(render(sampleRows())).toBe(`1,000 records
  ok       899    89%
  failed   100    10%
  unknown    1   0.1%
  of the ok, 1 skipped: nothing was sent

By status
  200  898    89%
  503  100    10%

Why records failed
  http_status    100  the server answered 503 to 0
  response_lost    1  lost

By origin
  749  https://a.example  51 not ok
  250  https://b.example  50 not ok

Latency of the last answer
  p50 13 ms  p95 300 ms  p99 300 ms  max 300 ms
  under  20 ms  898  ████████████████████████████████████████
  under  50 ms    0
  under 100 ms    0
  under 200 ms    0
  under 500 ms  100  ████▌

Attempts
  0      1   0.1%
  1    899    89%
  4    100    10%
  waited: p50 1 ms  p99 3 s  max 3 s

Over time
  ████████████████████████████████████████
  from 2023-11-14T22:13:20.000Z
  to   2023-11-14T22:13:29.990Z
  10 s, 100/s on average, 100/s at most

Slowest
  900 ms  record 2  response_lost POST https://a.example/2
  300 ms  record 0  503 POST https://b.example/0
  300 ms  record 10  503 POST https://a.example/10
  300 ms  record 20  503 POST https://b.example/20
  300 ms  record 30  503 POST https://a.example/30
`);
  });

  test('on 20 columns', () => {
    expect(
      render(
        [
          {
            index: 7,
            result: 'ok',
            status: 200,
            attempts: 1,
            ms: 12,
            waitMs: 0,
            at: '2026-11-21T10:00:00.123Z',
            method: 'GET',
            url: 'https://api.example.com/',
          },
        ],
        20,
      ),
    ).toBe(`1 record
  ok       1   100%
  failed   0     0%
  unknown  0     0%

By status
  200  1   100%

By origin
  1  https://api.ex…

Latency of the last…
  p50 12 ms  p95 12…
  under 20 ms  1  ██

Attempts
  1    1   100%

Over time
  █
  from 2026-11-21T1…
  to   2026-11-21T1…
  0 ms

Slowest
  12 ms  record 7  …
`);
  });

  test('of no results', () => {
    expect(render([])).toBe('There are no results in this file.\n');
    expect(render([{}, { index: 1, result: 'perhaps' }])).toBe('There are no results in this file.\n');
  });

  test('in colour', () => {
    const text = renderReport(tallyOf(sampleRows()), { columns: 80, color: true });
    expect(text).toContain(
      '\u001B[1mBy status\u001B[22m\n  200  \u001B[32m898\u001B[39m    89%\n  503  \u001B[31m100\u001B[39m    10%\n',
    );
  });

  test('no line is wider than the columns, and nothing in it is obeyed, whatever the rows hold', () => {
    const text = fc.string({ unit: 'binary', maxLength: 50 });
    const any = fc.oneof(text, fc.double(), fc.constant(null), fc.object({ maxDepth: 1 }));
    const row = fc.record(
      {
        index: any,
        result: fc.constantFrom('ok', 'failed', 'unknown', 'else'),
        status: fc.oneof(fc.integer({ min: 0, max: 1100 }), any),
        attempts: fc.oneof(fc.nat(), any),
        ms: fc.oneof(fc.double({ min: 0, max: 1e9 }), any),
        waitMs: any,
        at: fc.oneof(
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          any,
        ),
        error: fc.oneof(fc.record({ code: text, message: text }), any),
        url: fc.oneof(
          text.map((host) => `http://${host}/`),
          any,
        ),
        method: any,
      },
      { requiredKeys: ['result'] },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), fc.integer({ min: 1, max: 120 }), (rows, columns) => {
        for (const line of render(rows, columns).split('\n')) {
          expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      }),
    );
  });
});

function* strangeRows(): Generator<ResultRow> {
  for (let index = 0; index < 20_000; index++) {
    const error = { code: `code_${index}`, message: 'x'.repeat(index % 1000) };
    yield { index, result: 'failed', ms: index, attempts: index, error, url: `https://host${index}.example/` };
  }
}

describe('the tally', () => {
  test('is bounded, whatever a file names', () => {
    const tally = tallyOf(strangeRows());
    expect(tally.origins).toHaveLength(1001);
    expect(tally.origins[0]).toEqual({ origin: '(other origins)', records: 19_000, notOk: 19_000 });
    expect(tally.failures).toHaveLength(501);
    expect(tally.attempts).toHaveLength(11);
    expect(tally.attempts[10]).toBe(19_990);
    expect(tally.slowest.map(({ ms }) => ms)).toEqual([19_999, 19_998, 19_997, 19_996, 19_995]);
  });

  test('an origin is scheme, host and port, and never who logs in', () => {
    const urls = [
      'http://user:secret@a.example:8080/x@y',
      'http://a.example:8080?q',
      '/relative',
      'HTTP://B.example#x',
    ];
    const rows = urls.map((url, index) => ({ index, result: 'ok', url }));
    expect(tallyOf(rows).origins).toEqual([
      { origin: 'http://a.example:8080', records: 2, notOk: 0 },
      { origin: '(no origin)', records: 1, notOk: 0 },
      { origin: 'HTTP://B.example', records: 1, notOk: 0 },
    ]);
  });
});
