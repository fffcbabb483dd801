// Where a command reads and writes: the process's own streams, or those of a test. Nothing else in
// `cli` touches `process.stdout`, `process.stderr`, `process.stdin` or `process.env`.

import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type TerminalStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
};

/** The outside of a command. */
export interface CliIo {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The process's own. A reader that went away (`| head`) does not end the program with an exception. */
export function processIo(): CliIo {
  for (const stream of [process.stdout, process.stderr])
    if (!stream.listeners('error').includes(passOverClosedPipe)) stream.on('error', passOverClosedPipe);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    // A getter: the first look at process.stdin opens it, and most commands need none.
    get stdin() {
      return process.stdin;
    },
    env: process.env,
  };
}

function passOverClosedPipe(this: Writable, error: NodeJS.ErrnoException): void {
  // Whoever else listens writes something there, and hears of the failure from its own write.
  const isHandled = this.listenerCount('error') > 1;
  if (!isHandled && error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

/** Colours are for terminals, unless the user wants none (https://no-color.org). */
export function allowsColor(stream: TerminalStream, env: CliIo['env']): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
