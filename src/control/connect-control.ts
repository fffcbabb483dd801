// The other end: finds the run that works on a results file, and talks to it. Each call is a connection
// of its own, so that nothing has to be closed and nothing breaks between two calls. Where there is
// nobody to talk to, the error says why and what to do.

import { createConnection } from 'node:net';
import { stat } from 'node:fs/promises';
import { errorCodes, UsageError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { lockPathOf, readRunLock } from '../journal/run-lock.ts';
import { controlVersion } from './answer-request.ts';
import type { ControlReply, ControlRequest } from './answer-request.ts';
import type { RunChange, RunStatus } from './controlled-run.ts';

/** A run that goes on in another process (or in this one). Each call gives the status after it took effect. */
export interface RemoteRun {
  status(): Promise<RunStatus>;
  /** Starts nothing new until `resume`; what is in flight goes on. */
  pause(): Promise<RunStatus>;
  resume(): Promise<RunStatus>;
  /** Starts no new record, finishes those that were begun, then ends; the run can be resumed by its command. */
  drain(): Promise<RunStatus>;
  /** Changes limits; rejects with a UsageError before anything changes if a value cannot be used. */
  set(change: RunChange): Promise<RunStatus>;
}

/** Who does not answer in this time does not work. */
const answerWithinMs = 10_000;
/** More than any status is long. */
const maxReplyBytes = 4 * 1024 * 1024;

/**
 * Finds the run that writes these results, which may be another process's. Every call rejects with a UsageError
 * `no_control` as soon as that run has ended.
 *
 * @param results the path of the run's output
 * @throws UsageError `no_control` if no run works on it, or none that can be controlled from here
 * @example
 * import { writeFileSync } from 'node:fs';
 * import { connectControl, runBatch } from 'manyfetch';
 *
 * writeFileSync('urls.txt', 'http://127.0.0.1:8080/delay/0.1\n');
 * const run = runBatch({
 *   input: 'urls.txt',
 *   output: 'results.jsonl',
 *   onStart: async (started) => {
 *     started.pause();
 *     // In another process, as a rule.
 *     const control = await connectControl('results.jsonl');
 *     await control.set({ concurrency: 20, rate: ['50/s'] });
 *     console.log((await control.status()).concurrency); // prints 20
 *     await control.resume();
 *   },
 * });
 * console.log((await run).kind); // prints finished
 */
export async function connectControl(results: string): Promise<RemoteRun> {
  const control: RemoteRun = {
    status: () => ask(results, { command: 'status' }),
    pause: () => ask(results, { command: 'pause' }),
    resume: () => ask(results, { command: 'resume' }),
    drain: () => ask(results, { command: 'drain' }),
    set: (change) => ask(results, { command: 'set', change }),
  };
  await control.status();
  return control;
}

async function ask(results: string, request: ControlRequest): Promise<RunStatus> {
  const { path, pid } = await findSocket(results);
  const line = await exchange(path, `${JSON.stringify({ version: controlVersion, ...request })}\n`).catch(
    (cause: unknown) => {
      throw unreachable(results, { path, pid }, cause);
    },
  );
  const reply = readReply(line);
  if (reply === null)
    throw noControl(`process ${pid}, which works on ${results}, gave an answer that cannot be read`, {
      hint: 'use the manyfetch that the run was started with',
    });
  if (reply.ok) return reply.status;
  const { code, message, hint } = reply.error;
  if (!Object.hasOwn(errorCodes, code)) throw new Error(`in process ${pid}: ${message}`);
  throw new UsageError(code as ErrorCode, message, hint === null ? {} : { hint });
}

interface Place {
  readonly path: string;
  readonly pid: number;
}

async function findSocket(results: string): Promise<Place> {
  if (results === '-')
    throw noControl('a run that writes to standard output has no lock, and cannot be controlled from outside', {
      hint: 'give it a file with -o',
    });
  const lock = await readRunLock(lockPathOf(results));
  if (lock.kind === 'free') throw await noRun(results);
  if (lock.kind === 'stale') throw died(results, lock.pid);
  const who = `process ${lock.pid}, which works on ${results},`;
  if (!lock.isHere)
    throw noControl(`${who} runs on ${lock.host}, and can be controlled only there`, {
      hint: `give this command on ${lock.host}`,
    });
  if (lock.control === undefined)
    throw noControl(`${who} is still starting, or is of a version that cannot be controlled`, {
      hint: 'try again in a moment',
    });
  if (lock.control === null)
    throw noControl(`${who} could not make a control socket`, {
      hint: `it said why when it began; kill -INT ${lock.pid} stops it in good order`,
    });
  return { path: lock.control, pid: lock.pid };
}

async function noRun(results: string): Promise<UsageError> {
  if (await exists(`${results}.run`))
    return noControl(`no run is working on ${results}: it has finished, or was stopped`, {
      hint: 'the command that it was started with goes on with it, or says that it has finished',
    });
  return noControl(`there is no run of ${results}`, { hint: 'give the path that the run was given with -o' });
}

function died(results: string, pid: number | null): UsageError {
  const who = pid === null ? 'the process' : `process ${pid}`;
  return noControl(`${who} that worked on ${results} is gone, and did not finish`, {
    hint: 'the command that it was started with goes on where it was',
  });
}

function unreachable(results: string, { path, pid }: Place, cause: unknown): UsageError {
  const { code } = cause as NodeJS.ErrnoException;
  const stopIt = `the run itself goes on; kill -INT ${pid} stops it in good order`;
  if (code === 'EACCES' || code === 'EPERM')
    return noControl(`the control socket of ${results} may be opened only by the user who started the run`, { cause });
  if (code === 'ENOENT')
    return noControl(`the control socket ${path} of process ${pid} is gone`, {
      hint: `if it has not just ended, something has removed that file: ${stopIt}`,
      cause,
    });
  if (code === 'ECONNREFUSED') return noControl(`the run of ${results} (process ${pid}) has just ended`, { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return noControl(`process ${pid}, which works on ${results}, gave no answer: ${reason}`, {
    hint: `try again; ${stopIt}`,
    cause,
  });
}

/** Sends a line and gives the one that comes back. */
function exchange(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = createConnection({ path }, () => socket.write(line));
    socket.setTimeout(answerWithinMs, () => socket.destroy(new Error(`nothing within ${answerWithinMs / 1000} s`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      const isWhole = chunk.includes(0x0a);
      if (!isWhole && bytes <= maxReplyBytes) return;
      if (isWhole) resolve(Buffer.concat(chunks).toString('utf8').split('\n', 1)[0] ?? '');
      socket.destroy(isWhole ? undefined : new Error('the answer has no end'));
    });
  });
}

function readReply(line: string): ControlReply | null {
  try {
    const reply = JSON.parse(line) as Partial<ControlReply> | null;
    const isReply = reply?.ok === true ? 'status' in reply : reply?.ok === false && 'error' in reply;
    return isReply ? (reply as ControlReply) : null;
  } catch {
    return null;
  }
}

function noControl(message: string, details: { readonly hint?: string; readonly cause?: unknown }): UsageError {
  return new UsageError('no_control', message, details);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
