// The main job: one input sent to one output, so that every record has exactly one result whatever
// happens in between. This file sets a run up: it checks, opens, recovers, and hands the parts to the
// engine. Everything that can be wrong with what was asked for is found here, before anything is sent.

import { randomUUID } from 'node:crypto';
import { mkdir, stat, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { OpenControl } from '../control/start-control.ts';
import { startControl } from '../control/start-control.ts';
import { countSettled } from '../report/statistics.ts';
import { Engine } from '../engine/engine.ts';
import { Governor } from '../govern/governor.ts';
import { limitConcurrency, readMachineFacts, requestsAConnection } from '../govern/local-limits.ts';
import { inputIdentity } from '../input/input-identity.ts';
import { openInput } from '../input/open-input.ts';
import type { RecordReader } from '../input/reader.ts';
import type { InputIdentity } from '../journal/run-header.ts';
import { checkBodyFolder } from '../output/check-body-folder.ts';
import { createFormat } from '../output/sink-format.ts';
import { costReader } from '../plan/cost-from.ts';
import { createPlanner } from '../plan/create-planner.ts';
import { idempotencyHeaderOf } from '../plan/idempotency-header.ts';
import type { Planner } from '../plan/planner.ts';
import { requestFingerprints } from '../plan/request-fingerprints.ts';
import type { RunEvents } from '../report/run-events.ts';
import type { RetryPolicy } from '../retry/decide.ts';
import { RunStatistics } from '../report/statistics.ts';
import type { BatchOptions } from './options/batch-options.ts';
import { LiveRun } from './batch-run.ts';
import type { BatchRun } from './batch-run.ts';
import { countRecords } from './count-records.ts';
import { describeRun } from './describe-run.ts';
import { openHookOf } from './hook/open-hook-of.ts';
import { endedRun } from './ended-run.ts';
import { inputFormat, textIsJson } from './input-format.ts';
import { makeTransport, readTlsFiles } from './make-transport.ts';
import type { RecordHook } from './hook/record-hook.ts';
import { refuseHopeless } from './refuse-hopeless.ts';
import { resolveOptions } from './options/resolve-options.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';
import { resultFingerprints } from './recording/result-fingerprints.ts';
import { environmentWith } from './run-environment.ts';
import type { RunEnvironment } from './run-environment.ts';
import { journalPathOf, openRunFiles } from './recording/run-files.ts';
import type { OpenRun } from './recording/run-files.ts';
import { setUpRecorder } from './recording/set-up-recorder.ts';
import { eventsWith, wireHook } from './hook/wire-hook.ts';

export type { BatchOutcome, BatchRun } from './batch-run.ts';

/**
 * Starts the main job, or goes on with it where an earlier process left it.
 *
 * @throws UsageError if what is asked for cannot be done; nothing was sent then
 * @throws DiskError if the output cannot be written
 * @example
 * const run = await startBatch({ input: 'orders.jsonl', url: 'https://api.example.com/orders', recordAsJson: true });
 * const { summary } = await run.done;
 */
export async function startBatch(given: BatchOptions, overrides: Partial<RunEnvironment> = {}): Promise<BatchRun> {
  const options = resolveOptions(given);
  const world = environmentWith(overrides);
  const newRunId = randomUUID();
  const reader = await openInput(inputOptions(options, world));
  // Made here for what it finds wrong, before any file is made. A resumed run has another id.
  const firstPlanner = await makePlanner(options, world, newRunId);
  await refuseHopeless(reader, firstPlanner, options.offset);
  await readTlsFiles(options);
  if (options.bodies !== null) await checkBodyFolder(options.bodies);
  const format = createFormat(options.outputFormat, { body: options.bodies === null ? options.body : 'file' });
  const hook = await openHookOf(options, world.openHook, world.clock);
  let files: OpenRun | null = null;
  let run: BatchRun | null = null;
  let control: OpenControl | null = null;
  try {
    files = await openRun(options, given, world, { newRunId, format });
    if (files !== null && files.files === null) {
      await hook?.close();
      return await endedRun(files, options, world.clock);
    }
    const runId = files?.header.runId ?? newRunId;
    const planner = runId === newRunId ? firstPlanner : await makePlanner(options, world, runId);
    if (options.bodies !== null) await mkdir(options.bodies, { recursive: true });
    // Before the run is made: once it is, whoever asked for it must get hold of it at once, to be able to stop it.
    if (files !== null) control = await startControl(() => run?.control ?? null, files.lock);
    run = await assemble({ options, given, world, reader, planner, format, files, control, hook });
    return run;
  } catch (error) {
    await hook?.close();
    await control?.close();
    await files?.files?.journal.close();
    await files?.files?.output.close();
    await files?.lock.release();
    throw error;
  }
}

/** A file up to this size is counted in a few milliseconds, besides all else. */
const quicklyCountedBytes = 32 * 1024 * 1024;

/** Records that may wait besides those in flight, so that origins that are ready need not wait for one that is not. */
const heldAhead = 2_000;
/** Records that may wait for origins that are down, or want to be left alone. */
const mostParked = 50_000;

interface Assembly {
  readonly options: ResolvedOptions;
  readonly given: BatchOptions;
  readonly world: RunEnvironment;
  readonly reader: RecordReader;
  readonly planner: Planner;
  readonly format: ReturnType<typeof createFormat>;
  readonly files: OpenRun | null;
  readonly control: OpenControl | null;
  readonly hook: RecordHook | null;
}

async function assemble(assembly: Assembly): Promise<BatchRun> {
  const { options, world, reader, format, files, control, hook } = assembly;
  const { clock } = world;
  const transport = world.transport ?? (await makeTransport(options, world));
  const recovered = files?.recovered ?? null;
  const machine = readMachineFacts();
  const limit = limitConcurrency(options.concurrency, machine, requestsAConnection(options.http));
  const governor = makeGovernor(options, world, limit.concurrency, recovered?.limits ?? {});
  // The two need each other: results go to the recorder, and its troubles to the engine.
  let engine: Engine | null = null;
  const trouble = { onFailure: (error: unknown) => engine?.abort(error), onRoom: () => engine?.wake() };
  const learned = () => Object.fromEntries(governor.learned());
  const { recorder, isSettled, alreadySettled } = setUpRecorder({ options, world, format, files, learned, ...trouble });
  const statistics = new RunStatistics(clock, alreadySettled);
  const ends = { planner: assembly.planner, recorder, events: listeners(statistics, world) };
  const { hooks, ...wired } = wireHook(hook, ends, clock, trouble);
  engine = new Engine({
    batches: reader.batches(recovered?.position, isSettled)[Symbol.asyncIterator](),
    endIndex: options.limit === null ? Infinity : options.offset + options.limit,
    ...wired,
    governor,
    transport,
    clock,
    policy: retryPolicy(options, world),
    success: options.success,
    redirects: options.redirects,
    timeoutMs: options.timeoutMs,
    maxBodyBytes: options.maxBodyBytes,
    costOf: costReader(options.costFrom),
    maxHeld: limit.concurrency + mostParked,
    maxAhead: heldAhead,
  });
  return new LiveRun({
    options,
    runId: files?.header.runId ?? null,
    machineLimit: limitConcurrency('auto', machine).concurrency,
    governor,
    description: [...describeRun(options, limit, recovered), control?.problem ?? []].flat(),
    resumed: recovered === null ? null : { settled: countSettled(alreadySettled) },
    clock,
    engine,
    reader,
    counting: countQuickly(options, reader),
    recorder,
    hooks,
    statistics,
    cleanUp: async (discard) => {
      await hook?.close();
      await control?.close();
      await transport.close();
      if (discard && options.output !== '-') {
        await unlink(options.output);
        await unlink(journalPathOf(options.output));
      }
      await files?.lock.release();
    },
  });
}

function makeGovernor(
  options: ResolvedOptions,
  { clock, random }: RunEnvironment,
  concurrency: number,
  limits: Readonly<Record<string, number>>,
): Governor {
  return new Governor({
    concurrency,
    findsConcurrency: options.concurrency === 'auto',
    perOrigin: options.perOrigin,
    rates: options.rates,
    clock,
    random,
    learned: new Map(Object.entries(limits)),
  });
}

function retryPolicy(options: ResolvedOptions, { random }: RunEnvironment): RetryPolicy {
  return {
    retries: options.retries,
    retryOn: options.retryOn,
    backoffMs: options.backoffMs,
    maxBackoffMs: options.maxBackoffMs,
    delivery: options.delivery,
    idempotencyHeader: idempotencyHeaderOf(options.plan),
    maxWaitMs: options.maxWaitMs,
    maxOutageMs: options.outage === 'fail' ? 0 : options.maxOutageMs,
    random,
  };
}

function listeners(statistics: RunStatistics, { onResult }: RunEnvironment): RunEvents {
  if (onResult === null) return statistics;
  return eventsWith(statistics, (result, nowMs) => {
    statistics.settled(result, nowMs);
    onResult(result);
  });
}

function countQuickly(options: ResolvedOptions, { totalBytes }: RecordReader): Promise<number> | null {
  const { input, offset, limit } = options;
  if (totalBytes === null || totalBytes > quicklyCountedBytes) return null;
  return countRecords(input, inputFormat(options), limit === null ? Infinity : offset + limit);
}

function inputOptions({ input, format, maxRecordBytes }: ResolvedOptions, { stdin }: RunEnvironment) {
  const base = { path: input, maxRecordBytes, ...(format === null ? {} : { format }) };
  return input === '-' ? { ...base, stdin } : base;
}

async function makePlanner(options: ResolvedOptions, { env }: RunEnvironment, runId: string): Promise<Planner> {
  return createPlanner({ ...options.plan, runId, env, textIsJson: textIsJson(options) });
}

async function openRun(
  options: ResolvedOptions,
  given: BatchOptions,
  { disk, clock, compactAfterBytes }: RunEnvironment,
  { newRunId, format }: { newRunId: string; format: ReturnType<typeof createFormat> },
): Promise<OpenRun | null> {
  if (options.output === '-') return null;
  const identity = await identityOf(options.input);
  return openRunFiles(disk, clock, {
    output: options.output,
    fresh: options.fresh,
    limit: options.limit,
    format,
    compactAfterBytes,
    newRunId,
    describe: async (runId) => ({
      input: options.input === '-' ? '-' : resolve(options.input),
      format: inputFormat(options),
      identity,
      offset: options.offset,
      options: {
        ...(await requestFingerprints({ ...options.plan, runId })),
        ...resultFingerprints(options, given, runId),
      },
    }),
  });
}

async function identityOf(input: string): Promise<InputIdentity> {
  // What can be read only once cannot be looked at first.
  if (input === '-' || !(await stat(input)).isFile()) return { kind: 'stream' };
  return { kind: 'file', ...(await inputIdentity(input)) };
}
