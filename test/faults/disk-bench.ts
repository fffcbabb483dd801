// Runs of the main job on files that are real and a network that is not: time moves on whenever nothing
// else is to be done, so that a run of dozens of records with many checkpoints takes milliseconds.
// Holds every run to the promise: exactly one whole line for each record, and no POST twice if it must not.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { BatchOptions } from '../../src/batch/batch-options.ts';
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

export class DiskBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'manyfetch-disk-'));
  readonly input = join(this.folder, 'in.jsonl');
  readonly output: string;
  /** How often a request was sent, by record. */
  readonly sendings = new Map<number, number>();
  readonly #given: BenchOptions;

  constructor(given: BenchOptions) {
    this.#given = given;
    this.output = join(this.folder, given.output ?? 'out.jsonl');
    writeFileSync(this.input, Array.from({ length: given.records }, (_, n) => `{"n":${n}}\n`).join(''));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get isAtMostOnce(): boolean {
    return this.#given.options?.delivery === 'at-most-once';
  }

  /** Runs to the end, or until so many results are recorded: then it is killed. `onKill` sees the files as they are then. */
  async run(disk: Disk = quickDisk, killAfter = Infinity, onKill: () => void = () => undefined): Promise<BenchEnd> {
    const clock = new FakeClock();
    const transport = new FakeTransport(clock, (request, sending) => {
      const record = Number(request.path.slice(1));
      this.sendings.set(record, (this.sendings.get(record) ?? 0) + 1);
      return (this.#given.script ?? outOfOrder)(request, sending);
    });
    let results = 0;
    let run: BatchRun | null = null;
    const onResult = (): void => {
      results++;
      if (results !== killAfter) return;
      onKill();
      run?.kill();
    };
    const paced = new PacedDisk(disk);
    const world = { checkpointMs: 10, compactAfterBytes: 100, random: () => 0, env: {}, ...this.#given.environment };
    try {
      run = await startBatch(this.#options(), { ...world, disk: paced, clock, transport, onResult });
      const { kind, error } = await this.#drive(clock, paced, run.done);
      return { kind, error };
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return { kind: 'disk', error };
    }
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
    const lines = readFileSync(this.output, 'utf8').trimEnd().split('\n');
    const indexes = lines.map((line) => (JSON.parse(line) as { index: number }).index);
    if (indexes.some((index, at) => index !== at)) throw new Error(`not in order: ${indexes.join(', ')}`);
  }

  #options(): BatchOptions {
    const { input, output } = this;
    const url = 'http://a.test/{{n}}';
    const bodies = this.#given.bodies === true ? { bodies: join(this.folder, 'bodies') } : {};
    return {
      input,
      output,
      url,
      method: 'POST',
      recordAsJson: true,
      concurrency: 6,
      ...bodies,
      ...this.#given.options,
    };
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
