// What `manyfetch ctl` prints, literally, about a run that only notes what it is told.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { startControl } from '../../src/control/start-control.ts';
import type { OpenControl } from '../../src/control/start-control.ts';
import { UsageError } from '../../src/errors.ts';
import { lockPathOf, takeRunLock } from '../../src/journal/run-lock.ts';
import type { RunLock } from '../../src/journal/run-lock.ts';
import { NotingRun, originStatus } from '../../src/testing/controlled-run.ts';

let folder = '';
let results = '';
let run: NotingRun;
let lock: RunLock;
let control: OpenControl;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-ctl-test-'));
  results = join(folder, 'out.jsonl');
  run = new NotingRun();
  lock = await takeRunLock(lockPathOf(results), 'a');
  control = await startControl(() => run, lock);
});

afterEach(async () => {
  await control.close();
  await lock.release();
  rmSync(folder, { recursive: true });
});

async function ctl(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough(), env: {} };
  const code = await main(['ctl', ...words], io);
  io.stdout.end();
  io.stderr.end();
  const [stdout, stderr] = [await text(io.stdout), await text(io.stderr)];
  return { code, stdout: stdout.replaceAll(results, 'RESULTS'), stderr: stderr.replaceAll(results, 'RESULTS') };
}

test('status is the default, and a table', async () => {
  run.current = {
    ...run.current,
    rates: ['50/s', '500/m'],
    perOrigin: 20,
    local: 'no file descriptor is left: 180 in flight instead of 900',
    moreOrigins: 1_234,
    origins: [
      originStatus(),
      originStatus({
        origin: 'https://a-longer-name.test',
        waitingFor: { reason: 'it asked us to wait', leftMs: 12_300 },
        latencyMs: { base: null, recent: null },
        attempts: null,
      }),
      originStatus({ origin: 'http://b.test', breaker: 'open', waitingFor: { reason: 'its next probe', leftMs: 900 } }),
      originStatus({ origin: 'http://\u001b[31mc.test', breaker: 'probing', limit: 1, inFlight: 1, waiting: 0 }),
      originStatus({ origin: 'http://d.test', waitingFor: { reason: 'one of its requests to end', leftMs: null } }),
    ],
  };
  const { code, stdout, stderr } = await ctl(results);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`\
in.jsonl -> out.jsonl: running, for 2 m 05 s now (process 4711)
  done         700 of 2,000 (35%), 98/s
  in flight    12
  concurrency  auto, at most 900
  per origin   20
  rate         50/s, 500/m
  this machine no file descriptor is left: 180 in flight instead of 900

origin                      limit  in flight  waiting   ok  failed   base     now
http://a.test                  20         12    1,300  700       3  80 ms  125 ms
https://a-longer-name.test     20         12    1,300    -       -      -       -  it asked us to wait, 12 s left
http://b.test                  20         12    1,300  700       3  80 ms  125 ms  down; its next probe, 900 ms left
http://c.test                   1          1        0  700       3  80 ms  125 ms  down, being probed
http://d.test                  20         12    1,300  700       3  80 ms  125 ms  one of its requests to end
and 1,234 more
`);
  expect(await ctl(results, 'status')).toEqual({ code, stdout, stderr });
  expect(run.calls).toEqual([]);
});

test('of a run that has just begun not much is known', async () => {
  run.current = { ...run.current, done: 0, total: null, perSecond: 0, inFlight: 0, concurrency: 200, origins: [] };
  expect((await ctl(results, 'status')).stdout).toBe(`\
in.jsonl -> out.jsonl: running, for 2 m 05 s now (process 4711)
  done         0, 0/s
  in flight    0
  concurrency  200, at most 900
`);
});

test.each([
  [
    'pause',
    'Paused: nothing new is started (12 requests in flight). To go on: manyfetch ctl RESULTS resume\n',
    ['pause'],
  ],
  ['resume', 'Running (12 requests in flight).\n', ['resume']],
  [
    'drain',
    'Draining: no new record is started, and the run ends when those that were begun are finished (12 requests in flight). Its own command goes on with it later.\n',
    ['drain'],
  ],
  ['set concurrency=200', 'Set concurrency 200 (was auto).\n', [{ concurrency: 200 }]],
  ['set concurrency=auto', 'Set concurrency auto (was auto).\n', [{ concurrency: 'auto' }]],
  [
    'set concurrency=2000',
    'Set concurrency 2000, bounded to 900 by this machine (was auto).\n',
    [{ concurrency: 2_000 }],
  ],
  [
    'set rate=10/s rate=500/m,9000/h:cost per-origin=4',
    'Set per-origin 4 (was none), rate 10/s,500/m,9000/h:cost (was none).\n',
    [{ rate: ['10/s', '500/m', '9000/h:cost'], perOrigin: 4 }],
  ],
  ['set per-origin=none', 'Set per-origin none (was none).\n', [{ perOrigin: null }]],
])('%s', async (words, stdout, calls) => {
  expect(await ctl(results, ...words.split(' '))).toEqual({ code: 0, stdout, stderr: '' });
  expect(run.calls).toEqual(calls);
});

test('a drain is not taken back by a resume', async () => {
  run.resume = () => undefined;
  run.drain();
  expect((await ctl(results, 'resume')).stdout).toBe(
    'The run is draining, which is not taken back: it ends when what was begun is finished (12 requests in flight).\n',
  );
});

test('--json is the whole status afterwards', async () => {
  const { code, stdout } = await ctl(results, 'pause', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, { ...run.current, state: 'paused' }]);
  expect(stdout.split('\n')).toHaveLength(2);
});

test('what the run refuses is said as the run says it, and a fault of the run is a bug', async () => {
  run.set = () => {
    throw new UsageError('bad_option', 'Expected `rate` to be a rate, got "5"', { hint: 'write 5/s' });
  };
  expect(await ctl(results, 'set', 'rate=5')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'manyfetch: Expected `rate` to be a rate, got "5"\n  hint: write 5/s\n',
  });
  run.set = () => {
    throw Object.assign(new Error('Oh'), { code: 'x' });
  };
  const { code, stderr } = await ctl(results, 'set', 'concurrency=5');
  expect(code).toBe(4);
  expect(stderr).toContain(`this is a bug in manyfetch`);
  expect(stderr).toContain(`in process ${process.pid}: Error: Oh`);
});

test.each([
  ['set', '`set` needs something to set', 'write concurrency=200, per-origin=20 or rate=50/s'],
  ['set rate', 'Expected something such as concurrency=200, got "rate"', 'write rate=50/s, or rate=none'],
  [
    'set per-origin=',
    'Expected something such as concurrency=200, got "per-origin="',
    'write per-origin=20, or per-origin=none',
  ],
  ['set concurency=5', 'There is nothing called "concurency" that can be set', 'did you mean `concurrency`?'],
  [
    'set colour=blue',
    'There is nothing called "colour" that can be set',
    'what can be set: concurrency, per-origin, rate',
  ],
  ['set concurrency=0', 'Expected `concurrency` to be a whole number from 1 up, or auto, got "0"'],
  ['set per-origin=1.5', 'Expected `per-origin` to be a whole number from 1 up, or none, got "1.5"'],
  ['pasue', '`manyfetch ctl` has no command "pasue"', 'did you mean `pause`?'],
  ['stop', '`manyfetch ctl` has no command "stop"', 'the commands are status, pause, resume, drain, set'],
  [
    'pause now',
    '`pause` takes nothing more, got "now"',
    'usage: manyfetch ctl <results> [status|pause|resume|drain|set name=value...]',
  ],
])('%s is refused, and changes nothing', async (words, message, hint?: string) => {
  const { code, stdout, stderr } = await ctl(results, ...words.split(' '));
  const said = `manyfetch: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`;
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: said });
  expect(run.calls).toEqual([]);
});

test('nobody there: exit code 2, and what to do', async () => {
  await control.close();
  await lock.release();
  expect(await ctl(results, 'pause')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'manyfetch: there is no run of RESULTS\n  hint: give the path that the run was given with -o\n',
  });
  expect((await ctl('pause', results)).stderr).toBe(
    'manyfetch: `manyfetch ctl` has no command "RESULTS"\n  hint: the results come first: manyfetch ctl RESULTS pause\n',
  );
  expect((await ctl()).stderr).toBe(
    'manyfetch: <results> is missing: the path that the run was given with -o\n' +
      '  hint: usage: manyfetch ctl <results> [status|pause|resume|drain|set name=value...]\n',
  );
  expect((await ctl('-')).stderr).toBe(
    'manyfetch: a run that writes to standard output has no lock, and cannot be controlled from outside\n' +
      '  hint: give it a file with -o\n',
  );
});
