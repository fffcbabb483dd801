// Tells an error who asked. What fails on a socket has a stack that ends there; the functions that wait for the answer are
// known only where they are about to be told.

import { ManyfetchError } from '../../errors.ts';

/** Several calls may have one error: the reason of a signal, a token that did not come. It names the first, and does not grow. */
const told = new WeakSet<ManyfetchError>();

/**
 * The error, with the async callers of this moment in its stack. To be called in an async function, after it has waited. It costs
 * nothing before something fails.
 */
export function withCaller(error: unknown): unknown {
  if (!(error instanceof ManyfetchError) || told.has(error)) return error;
  told.add(error);
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, withCaller);
  // Behind the first line and the function that calls this. Not by the word `async`: with source maps it may be missing.
  const frames = here.stack?.split('\n').slice(2) ?? [];
  const callers = frames.filter((line) => !line.includes('processTicksAndRejections'));
  if (callers.length > 0 && error.stack !== undefined) error.stack += `\n${callers.join('\n')}`;
  return error;
}
