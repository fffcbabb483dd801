// A worker that is a process. It ends with its parent, however that ends: the channel closes, and a thread over there watches
// whether the parent lives.

import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isProgram } from './executor-options.ts';
import type { ToWorker } from './messages.ts';
import { siblingModule } from './sibling-module.ts';
import type { LinkEvents, WorkerLink } from './worker-link.ts';

/** What this process was told that must not be told to another one: ports that are taken, how its own program is run. */
const notPassedOn = /^--(?:inspect|test|watch)/;

/** Options of this process for one that works for it. */
export function inheritedExecArgv(words: readonly string[]): string[] {
  return words.some((word) => isProgram.test(word)) ? [] : words.filter((word) => !notPassedOn.test(word));
}

export class ProcessLink implements WorkerLink {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #events: LinkEvents;
  #ending: string | null = null;
  #hasEnded = false;

  constructor(options: ForkOptions, events: LinkEvents) {
    this.#events = events;
    const child = fork(fileURLToPath(siblingModule('worker-entry')), [String(process.pid)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: inheritedExecArgv(process.execArgv),
      ...options,
    });
    this.#child = child;
    this.name = child.pid === undefined ? 'A process' : `Process ${child.pid}`;
    // It could not be started, or what was posted found it gone: that is told by its end.
    child.on('error', (error) => {
      if (child.pid === undefined) this.#end(error.message, error);
    });
    child.on('message', (message) => events.message(message));
    child.on('exit', (code, signal) => {
      this.#ending = signal ?? `exit code ${code}`;
      if (!child.connected) this.#end(this.#ending);
    });
    child.on('disconnect', () => {
      if (this.#ending === null) this.kill();
      else this.#end(this.#ending);
    });
  }

  /** It has exited, and all that it said was heard. */
  #end(how: string, cause?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#events.ended(cause === undefined ? { how } : { how, cause });
  }

  post(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  hold(isHeld: boolean): void {
    // Under Bun a channel has no such methods, and follows its process.
    const { channel } = this.#child;
    if (isHeld) {
      this.#child.ref();
      channel?.ref?.();
    } else {
      this.#child.unref();
      channel?.unref?.();
    }
  }
}
