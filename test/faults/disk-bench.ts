// Runs of the main job on files that are real and a network that is not: time moves on whenever nothing
// else is to be done, so that a run of dozens of records with many checkpoints takes milliseconds.
// Holds every run to the promise: exactly one whole line for each record, and no POST twice if it must not.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { BatchOptions } from '../../src/batch/options/batch-options.ts';
import type { BatchRun } from '../../src/batch/run-batch.ts';
import { startBatch } from '../../src/batch/run-batch.ts';
import type { RunEnvironment } from '../../src/batch/run-environment.ts';
import { verifyResults } from '../../src/batch/verify.ts';
import type { Disk, DiskFile } from '../../src/disk/disk.ts';
import { systemDisk } from '../../src/disk/disk.ts';
import { DiskError } from '../../src/errors.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import type { FakeScript } from '../../src/testing/fake-transport.ts';
import { FakeTransport } from '../../src/testing/fake-transport.ts';

export interface BenchOptions {
  readonly records: number;
  /** @default one JSON object `{"n": <index>}` a line, sent as it is */
  readonly input?: { readonly name: string; readonly bytes: string | Buffer; readonly isRequest?: boolean };
  readonly options?: Partial<BatchOptions>;
  /** @default out.jsonl */
  readonly output?: string;
  /** Bodies go to files of their own. */
  readonly bodies?: boolean;
  readonly environment?: Partial<RunEnvironment>;
  readonly script?: FakeScript;
}

/** How a run ended. */
export interface BenchEnd {
  readonly kind: string;
  readonly error: unknown;
  /** By result, with what earlier runs had settled; null if it did not begin. */
  readonly settled: { readonly ok: number; readonly failed: number; readonly unknown: number } | null;
  readonly description: readonly string[];
}

/** Syncing is what costs time, and what no test of a living machine can see. */
export const quickDisk: Disk = {
  ...systemDisk,
  open: async (path) => quick(await systemDisk.open(path)),
  create: async (path) => quick(await systemDisk.create(path)),
  syncFolder: () => Promise.resolve(),
};

function quick(file: DiskFile): DiskFile {
  return {
    write: (bytes) => file.write(bytes),
    writeNow: (bytes) => file.writeNow(bytes),
    sync: () => Promise.resolve(),
    truncate: (length) => file.truncate(length),
    close: () => file.close(),
  };
}

/** Answers come out of order: every fifth takes long. */
const outOfOrder: FakeScript = (request) => ({
  headMs: Number(request.path.slice(1)) % 5 === 0 ? 40 : 8,
  headers: ['content-type', 'text/plain'],
  body: ['done'],
});

/** What is looked at of a row. */
export interface Row {
  readonly index: number;
  readonly result: string;
  readonly status: number | null;
  readonly error?: { readonly code: string; readonly message: string };
}

/** How one run differs from the others of its bench. */
export interface RunHow {
  readonly disk?: Disk;
  /** It is killed when so many results are recorded. */
  readonly killAfter?: number;
  /** Sees the files as they are then. */
  readonly onKill?: () => void;
  /** As by SIGKILL: what is written after that moment is undone. */
  readonly isCrash?: boolean;
  readonly options?: Partial<BatchOptions>;
  /** What standard input holds. */
  readonly stdin?: string;
}

export class DiskBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'manyfetch-disk-'));
  readonly input: string;
  readonly output: string;
  /** How often a request was sent, by record. */
  readonly sendings = new Map<number, number>();
  readonly #given: BenchOptions;

  constructor(given: BenchOptions) {
    this.#given = given;
    this.output = join(this.folder, given.output ?? 'out.jsonl');
    this.input = join(this.folder, given.input?.name ?? 'in.jsonl');
    const lines = Array.from({ length: given.records }, (_, n) => `{"n":${n}}\n`);
    writeFileSync(this.input, given.input?.bytes ?? lines.join(''));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get isAtMostOnce(): boolean {
    return this.#given.options?.delivery === 'at-most-once';
  }

  /** Runs to the end, or to where it is killed. */
  async run({ disk = quickDisk, killAfter = Infinity, onKill, ...how }: RunHow = {}): Promise<BenchEnd> {
    const clock = new FakeClock();
    const transport = new FakeTransport(clock, (request, sending) => {
      const record = Number(request.path.slice(1));
      this.sendings.set(record, (this.sendings.get(record) ?? 0) + 1);
      return (this.#given.script ?? outOfOrder)(request, sending);
    });
    let results = 0;
    let run: BatchRun | null = null;
    const undone: (() => void)[] = [];
    const onResult = (): void => {
      results++;
      if (results !== killAfter) return;
      onKill?.();
      if (how.isCrash === true) undone.push(this.#keepFiles());
      run?.kill();
    };
    const paced = new PacedDisk(disk);
    const input = how.stdin === undefined ? {} : { stdin: Readable.from([Buffer.from(how.stdin)]) };
    const world = { checkpointMs: 10, compactAfterBytes: 100, random: () => 0, env: {}, ...this.#given.environment };
    try {
      run = await startBatch(
        { ...this.#options(), ...how.options },
        { ...world, ...input, disk: paced, clock, transport, onResult },
      );
      const { kind, error, summary } = await this.#drive(clock, paced, run.done);
      return { kind, error, settled: summary.statistics.settled, description: run.description };
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return { kind: 'disk', error, settled: null, description: [] };
    } finally {
      for (const undo of undone) undo();
    }
  }

  /** The rows that stand whole in the output. */
  rows(): Row[] {
    const lines = readFileSync(this.output, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Row);
  }

  #keepFiles(): () => void {
    const kept = [this.output, `${this.output}.run`].map((path) => ({ path, bytes: readFileSync(path) }));
    return () => {
      for (const { path, bytes } of kept) writeFileSync(path, bytes);
    };
  }

  /** Every record has exactly one line, and none was sent more often than it may be. */
  async checkComplete(): Promise<void> {
    const proof = await verifyResults(this.output);
    if (!proof.ok || !proof.finished || proof.records !== this.#given.records)
      throw new Error(`not one result each: ${JSON.stringify(proof)}`);
    if (this.#given.options?.order === 'input') this.#checkOrder();
    if (this.isAtMostOnce) this.checkSentOnce();
  }

  checkSentOnce(): void {
    const again = [...this.sendings].filter(([, times]) => times > 1).map(([record]) => record);
    if (again.length > 0) throw new Error(`sent more than once: ${again.join(', ')}`);
  }

  #checkOrder(): void {
    const indexes = this.rows().map(({ index }) => index);
    if (indexes.some((index, at) => index !== at)) throw new Error(`not in order: ${indexes.join(', ')}`);
  }

  #options(): BatchOptions {
    const { input, output } = this;
    const request = { url: 'http://a.test/{{n}}', method: 'POST', recordAsJson: true };
    const isRequest = this.#given.input?.isRequest === true;
    const bodies = this.#given.bodies === true ? { bodies: join(this.folder, 'bodies') } : {};
    return { input, output, concurrency: 6, ...(isRequest ? {} : request), ...bodies, ...this.#given.options };
  }

  async #drive<T>(clock: FakeClock, disk: PacedDisk, done: Promise<T>): Promise<T> {
    const state = { isOver: false };
    const over = (): void => void (state.isOver = true);
    done.then(over, over);
    for (let turns = 0; !state.isOver; turns++) {
      if (turns > 1_000_000) throw new Error('the run does not come to an end');
      await turn();
      if (disk.mayPass()) clock.advance(1);
    }
    return done;
  }
}

/** Makes an operation of the disk last a few moments of the clock, however fast or slow it is in truth. */
class PacedDisk implements Disk {
  readonly #disk: Disk;
  #pending = 0;
  #passed = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  mayPass(): boolean {
    return this.#pending === 0 || this.#passed++ < 3;
  }

  open(path: string): Promise<DiskFile> {
    return this.#lasting(async () => this.#paced(await this.#disk.open(path)));
  }

  create(path: string): Promise<DiskFile> {
    return this.#lasting(async () => this.#paced(await this.#disk.create(path)));
  }

  renameNow(from: string, to: string): void {
    this.#disk.renameNow(from, to);
  }

  syncFolder(path: string): Promise<void> {
    return this.#lasting(() => this.#disk.syncFolder(path));
  }

  remove(path: string): Promise<void> {
    return this.#lasting(() => this.#disk.remove(path));
  }

  #paced(file: DiskFile): DiskFile {
    return {
      write: (bytes) => this.#lasting(() => file.write(bytes)),
      writeNow: (bytes) => file.writeNow(bytes),
      sync: () => this.#lasting(() => file.sync()),
      truncate: (length) => this.#lasting(() => file.truncate(length)),
      close: () => this.#lasting(() => file.close()),
    };
  }

  async #lasting<T>(work: () => Promise<T>): Promise<T> {
    this.#pending++;
    this.#passed = 0;
    try {
      // Something of the run happens before it is done, and something while it is.
      await turn();
      return await work();
    } finally {
      this.#pending--;
    }
  }
}
