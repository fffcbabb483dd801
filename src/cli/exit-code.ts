// The exit codes of the command, in one place. They are a contract: scripts branch on them.

import { familyOf, type ErrorFamily, type ManyfetchError } from '../errors.ts';

export const exitCode = {
  ok: 0,
  /** Finished, some records failed or are unknown; or what was to be proved is not so. */
  someFailed: 1,
  /** Bad usage or input; nothing was sent. */
  usage: 2,
  /** Stopped before the end; can be resumed. */
  stopped: 3,
  /** A bug, or a disk that cannot be written. */
  broken: 4,
} as const;

const byFamily: Readonly<Record<ErrorFamily, number>> = {
  usage: exitCode.usage,
  record: exitCode.someFailed,
  answer: exitCode.someFailed,
  network: exitCode.someFailed,
  timeout: exitCode.someFailed,
  disk: exitCode.broken,
};

/** The exit code of an error that ended a command. */
export function exitCodeOf(error: ManyfetchError): number {
  return byFamily[familyOf(error.code)];
}
