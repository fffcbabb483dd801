// The target that holds requests, in a process of its own, and the wait until it holds so many.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { endWithUs } from '../end-with-us.ts';
import { programFile } from '../programs.ts';

/** Without one more. */
const patienceMs = 20_000;

/** A target that holds all that it is sent. */
export class HeldTarget {
  readonly url: string;
  readonly #child: ChildProcess;
  #held = 0;
  #onHeld = (): void => {};

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}/`;
    child.on('message', ({ held }: { held: number }) => {
      this.#held = held;
      this.#onHeld();
    });
  }

  static async start(): Promise<HeldTarget> {
    const child = fork(programFile('holding-target.ts'));
    endWithUs(child);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new HeldTarget(child, port);
  }

  /** Until so many are held; throws if `sender` ends first, or does not get there. */
  async holds(count: number, sender: ChildProcess): Promise<void> {
    if (this.#held >= count) return;
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => reject(new Error(`${this.#held} of ${count} in flight: ${reason}`));
      const onExit = (code: number | null): void => fail(`exit code ${code}`);
      const tooLong = (): void => fail(`no more came in ${patienceMs / 1000} s`);
      let timer = setTimeout(tooLong, patienceMs);
      sender.once('exit', onExit);
      this.#onHeld = () => {
        clearTimeout(timer);
        if (this.#held < count) {
          timer = setTimeout(tooLong, patienceMs);
          return;
        }
        sender.off('exit', onExit);
        resolve();
      };
    });
  }

  /** Answers all that is held, and all that comes, at once. */
  release(): void {
    this.#child.send('release');
  }

  /** Ends it as a crash would: no port of a sender is left waiting. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** What the kernel says of a process that runs. */
export function memoryOf(pid: number | undefined): { readonly nowBytes: number; readonly peakBytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { nowBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}
