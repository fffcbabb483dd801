// The live block is looked at on a small terminal: what counts is what stands on the screen.

import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { startProgress, type ProgressSnapshot, type ProgressStream } from './progress.ts';
import { RunStatistics } from './statistics.ts';

/** A terminal that knows what the block uses, and wraps; anything else it refuses. */
class Screen implements ProgressStream {
  columns: number;
  rows: number;
  writableNeedDrain = false;
  written = '';
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  /** What stands on it, without what has scrolled away and without blank rows at the end. */
  get text(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Makes it narrower or wider, as terminals do that wrap again what stands on them. */
  resize(columns: number): void {
    this.columns = columns;
    const lines = this.#lines.slice(0, this.#row);
    this.#lines = lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']);
    this.#row = this.#lines.length;
    this.#lines.push('');
  }

  write(text: string): void {
    this.written += text;
    for (const [token] of text.matchAll(/\p{Cc}\[\d*[A-Z]|[\s\S]/gu)) this.#obey(token);
  }

  #obey(token: string): void {
    const line = this.#lines[this.#row] ?? '';
    if (token === '\r') this.#column = 0;
    else if (token === '\n') this.#newLine();
    else if (token === '\u001B[2K') this.#lines[this.#row] = '';
    else if (token === '\u001B[J') this.#lines.splice(this.#row, Infinity, line.slice(0, this.#column));
    else if (/\[\d+A$/.test(token)) this.#up(Number.parseInt(token.slice(2), 10));
    else if (token.length > 1 || token < ' ') throw new Error(`The block drew ${JSON.stringify(token)}`);
    else this.#put(line, token);
  }

  #newLine(): void {
    this.#row++;
    this.#column = 0;
    while (this.#lines.length <= this.#row) this.#lines.push('');
  }

  /** The cursor stops at the top of the screen. */
  #up(rows: number): void {
    this.#row = Math.max(this.#row - rows, this.#lines.length - this.rows, 0);
  }

  #put(line: string, character: string): void {
    if (this.#column >= this.columns) throw new Error(`A line wrapped: ${line}`);
    this.#lines[this.#row] =
      line.slice(0, this.#column).padEnd(this.#column) + character + line.slice(this.#column + 1);
    this.#column++;
  }
}

class Run {
  readonly clock = new FakeClock();
  readonly statistics = new RunStatistics(this.clock);
  others: Partial<ProgressSnapshot> = {};

  readonly snapshot = (): ProgressSnapshot => ({
    statistics: this.statistics.snapshot(),
    total: 1000,
    readRecords: 0,
    readBytes: 0,
    totalBytes: null,
    rateLimit: null,
    stopping: null,
    state: 'running',
    local: null,
    hooks: null,
    ...this.others,
  });

  /** Records that are sent, answered after 20 ms, and done. */
  work(records: number): void {
    for (let at = 0; at < records; at++) {
      this.statistics.attemptStarted('http://a.test', false);
      this.statistics.attemptEnded(sampleAttemptEnd());
      this.statistics.settled({
        index: at,
        id: null,
        result: 'ok',
        skipped: false,
        answer: null,
        attempts: 1,
        ms: 20,
        waitMs: 0,
        atMs: 0,
        method: 'GET',
        url: null,
        finalUrl: null,
      });
    }
  }

  show(mode: 'live' | 'lines' | 'none', stream: ProgressStream): { stop(): void } {
    return startProgress({ mode, stream, clock: this.clock, snapshot: this.snapshot, color: false });
  }
}

const started = [
  '░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0/1,000  0%  0/s  0 ms so far',
  '0 in flight  0 retries  0 ok  0 failed  0 unknown',
];

const after1s = [
  '███░░░░░░░░░░░░░░░░░░░░░░░░░░░  100/1,000  10%  100/s  ETA 9 s',
  '0 in flight  0 retries  100 ok  0 failed  0 unknown',
  'p50 20 ms  p95 20 ms  p99 20 ms',
];

describe('live', () => {
  test('stands from the start, and is drawn again in place', () => {
    const run = new Run();
    const screen = new Screen(80);
    screen.write('$ manyfetch run\n');
    const progress = run.show('live', screen);
    expect(screen.text).toEqual(['$ manyfetch run', ...started]);
    run.work(100);
    run.clock.advance(1000);
    expect(screen.text).toEqual(['$ manyfetch run', ...after1s]);
    progress.stop();
    expect(run.clock.pending).toBe(0);
  });

  test('on a terminal that does not know its size it is as on a usual one', () => {
    const run = new Run();
    const screen = new Screen(80);
    const unsized = { columns: 0, rows: 0, writableNeedDrain: false, write: (text: string) => screen.write(text) };
    const progress = run.show('live', unsized);
    run.work(100);
    run.clock.advance(1000);
    expect(screen.text).toEqual(after1s);
    progress.stop();
  });

  test('leaves no rest of a longer block or of longer lines', () => {
    const run = new Run();
    const screen = new Screen(80);
    run.others = { stopping: { graceLeftMs: 9000 }, total: null };
    run.work(5000);
    const progress = run.show('live', screen);
    expect(screen.text).toHaveLength(4);
    run.others = { total: 10_000 };
    run.clock.advance(125);
    expect(screen.text).toHaveLength(3);
    run.others = { total: null };
    run.clock.advance(875);
    expect(screen.text[0]).toBe('5,000 done  5,000/s  1 s so far');
    progress.stop();
  });

  test('draws about eight times a second', () => {
    const run = new Run();
    let frames = 0;
    const progress = run.show('live', { write: () => frames++ });
    run.clock.advance(10_000);
    expect(frames).toBe(81);
    progress.stop();
    progress.stop();
    run.clock.advance(10_000);
    expect(frames).toBe(82);
  });

  test('stop draws the last state, and what is written next stands below', () => {
    const run = new Run();
    const screen = new Screen(80);
    const progress = run.show('live', screen);
    run.work(1000);
    run.clock.advance(50);
    progress.stop();
    screen.write('Finished\n');
    expect(screen.text).toEqual([
      '██████████████████████████████  1,000/1,000  100%  20,000/s  took 50 ms',
      '0 in flight  0 retries  1,000 ok  0 failed  0 unknown',
      'p50 20 ms  p95 20 ms  p99 20 ms',
      'Finished',
    ]);
  });

  test('the last state awaits nothing, even of a run that was broken off', () => {
    const run = new Run();
    const screen = new Screen(80);
    const progress = run.show('live', screen);
    run.work(100);
    run.statistics.attemptStarted('http://a.test', false);
    run.others = { stopping: { graceLeftMs: 9000 }, hooks: { open: 2, areAwaited: true } };
    run.clock.advance(1000);
    expect(screen.text.at(-1)).toBe('stopping: 3 to finish (up to 9 s); Ctrl-C: stop now');
    progress.stop();
    expect([screen.text[1], screen.text.at(-1)]).toEqual([
      '0 in flight  0 retries  100 ok  0 failed  0 unknown',
      'stopping: writing what is settled',
    ]);
  });

  test('survives a terminal that is made narrower, and wider again', () => {
    const run = new Run();
    const screen = new Screen(80);
    screen.write('$ manyfetch run\n');
    const progress = run.show('live', screen);
    run.work(100);
    run.clock.advance(1000);
    screen.resize(30);
    expect(screen.text).toHaveLength(1 + 3 + 2 + 2);
    run.clock.advance(125);
    expect(screen.text).toEqual([
      '$ manyfetch run',
      '100/1,000  10%  89/s',
      '100 ok  0 failed  0 unknown',
      'p50 20 ms  p95 20 ms',
    ]);
    screen.resize(80);
    run.clock.advance(875);
    expect(screen.text[1]).toBe('███░░░░░░░░░░░░░░░░░░░░░░░░░░░  100/1,000  10%  50/s  ETA 18 s');
    expect(screen.text).toHaveLength(4);
    progress.stop();
  });

  test('is never higher than the screen', () => {
    const run = new Run();
    const screen = new Screen(80, 3);
    run.others = { stopping: { graceLeftMs: 9000 } };
    run.work(100);
    const progress = run.show('live', screen);
    run.clock.advance(1000);
    expect(screen.text).toHaveLength(2);
    progress.stop();
  });

  test('no column at all still draws', () => {
    const run = new Run();
    const screen = new Screen(1);
    run.show('live', screen).stop();
    expect(screen.text).toEqual(['…', '…']);
  });

  test('leaves out frames while the stream does not keep up', () => {
    const run = new Run();
    const screen = new Screen(80);
    const progress = run.show('live', screen);
    screen.writableNeedDrain = true;
    run.work(100);
    run.clock.advance(1000);
    expect(screen.text).toEqual(started);
    screen.writableNeedDrain = false;
    run.clock.advance(125);
    expect(screen.text).toHaveLength(3);
    progress.stop();
  });
});

describe('lines', () => {
  test('come after 2 s, then every 5 s, and say the same without an escape code', () => {
    const run = new Run();
    const screen = new Screen(500);
    const progress = run.show('lines', screen);
    run.work(100);
    run.statistics.attemptStarted('http://a.test', false);
    run.statistics.attemptEnded(sampleAttemptEnd({ outcome: 'congestion', status: 503 }));
    run.statistics.waiting('https://a.example', {
      origin: 'https://a.example',
      untilMs: 12_000,
      reason: 'retry-after',
      detail: null,
    });
    run.clock.advance(1999);
    expect(screen.written).toBe('');
    run.clock.advance(1);
    const first =
      '100/1,000, 10%, 50/s, ETA 18 s, 0 in flight, 0 retries, 100 ok, 0 failed, 0 unknown; 503: 1; ' +
      'p50 20 ms, p95 20 ms, p99 20 ms; waiting: a.example asked us to wait 10 s\n';
    expect(screen.written).toBe(first);
    run.clock.advance(4999);
    expect(screen.written).toBe(first);
    run.clock.advance(1);
    expect(screen.text).toHaveLength(2);
    run.clock.advance(5000);
    expect(screen.text).toHaveLength(3);
    progress.stop();
    progress.stop();
    run.clock.advance(60_000);
    expect(screen.text).toHaveLength(3);
    expect(run.clock.pending).toBe(0);
  });
});

test('none writes nothing and sets no timer', () => {
  const run = new Run();
  const screen = new Screen(80);
  run.show('none', screen).stop();
  run.clock.advance(60_000);
  expect(screen.written).toBe('');
  expect(run.clock.pending).toBe(0);
});
