// What came of a call of a hook, in the form in which it is recorded: made where the hook runs. Pure.

import type { HookEnd } from '../../batch/hook/record-hook.ts';
import { formatDuration } from '../../report/format-numbers.ts';

const nothing: HookEnd = { extracted: null };
/** It becomes part of a line, beside a body. */
const mostChars = 16 * 1024 * 1024;

/** For what it gave. */
export function hookGave(value: unknown): HookEnd {
  if (value === undefined) return nothing;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    return { problem: `the hook returned what JSON cannot hold: ${textOf(cause)}` };
  }
  if (text === undefined) return { problem: `the hook returned what JSON cannot hold: a ${typeof value}` };
  if (text.length > mostChars)
    return { problem: `the hook returned ${text.length} characters of JSON, more than ${mostChars}` };
  return { extracted: text };
}

/** For what it threw, or rejected with. */
export function hookThrew(cause: unknown): HookEnd {
  return { problem: `the hook threw ${textOf(cause)}` };
}

/** For a call that took too long. */
export function hookWasLate(timeoutMs: number): HookEnd {
  return { problem: `the hook had not ended within ${formatDuration(timeoutMs)}` };
}

/** Not all that can be thrown has a text: `Object.create(null)` has none. */
function textOf(cause: unknown): string {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  } catch {
    return 'something that has no text';
  }
}
