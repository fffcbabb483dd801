// A process that a comparison has started: one of the programs in this folder. It is ended by its id, with all that it has
// started: those end with it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onAbort } from '../concurrency/on-abort.ts';
import { UsageError } from '../errors.ts';
import { inheritedExecArgv } from '../executors/process-link.ts';
import { siblingModule } from '../executors/sibling-module.ts';

export class ChildProgram<Told> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #gone: Promise<string>;
  readonly #forget: () => void;

  constructor(name: string, signal: AbortSignal) {
    // What it writes is for people: the standard output is for results.
    this.#child = fork(fileURLToPath(siblingModule(name, import.meta.url)), [], {
      serialization: 'advanced',
      stdio: ['ignore', process.stderr.fd, process.stderr.fd, 'ipc'],
      execArgv: inheritedExecArgv(process.execArgv),
      env: { ...process.env, ...compileCache() },
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
    });
    this.#forget = onAbort(signal, () => this.#child.kill('SIGKILL'));
  }

  give(order: unknown): void {
    this.#child.send(order as never, () => undefined);
  }

  /**
   * Each message, until `read` makes an answer of one.
   *
   * @throws what `read` throws; UsageError `worker_died` if the process ends before
   */
  async hear<Answer>(read: (message: Told) => Answer | null): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>();
    this.#child.on('message', (message) => {
      try {
        const value = read(message as Told);
        if (value !== null) answer.resolve(value);
      } catch (error) {
        answer.reject(error);
      }
    });
    const early = this.#gone.then((how) => {
      throw endedEarly(`A process of the comparison ended before it was done: ${how}`);
    });
    return Promise.race([answer.promise, early]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget();
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
  }
}

/** A process or one of its workers is gone, most often since the system took it. */
export function endedEarly(message: string, cause?: unknown): UsageError {
  return new UsageError('worker_died', message, {
    hint: 'It may have needed more memory than there is: try fewer requests at once (-c), threads or processes.',
    cause,
  });
}

/** What this program keeps of compiled code is kept for all of them: each way starts as a program does that was run before. */
function compileCache(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
