// What a result becomes by what its hook gave or threw. Pure. The answer always stays; what failed by itself keeps its own code.

import type { Result } from '../../http/result.ts';
import type { HookEnd } from './record-hook.ts';

const advice = 'What was answered stands here: `manyfetch failed --except callback_error` does not send it again';

/** The result to be recorded. */
export function withHookEnd(result: Result, end: HookEnd): Result {
  if ('extracted' in end) return end.extracted === null ? result : { ...result, extracted: end.extracted };
  const { problem } = end;
  if (result.result !== 'ok') {
    const { code, message } = result.error;
    return { ...result, error: { code, message: `${message}; besides, ${problem}` } };
  }
  const { skipped: _, ...rest } = result;
  const message = result.answer === null ? problem : `${problem}. ${advice}`;
  return { ...rest, result: 'failed', error: { code: 'callback_error', message } };
}
