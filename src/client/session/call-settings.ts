// What holds for one call: the settings of its client, and what the request says otherwise. Checked here, once.

import { badValue } from '../../concurrency/bad-value.ts';
import { finiteOption } from '../../batch/options/no-limit.ts';
import { refuseEarlyEndOfBackoff } from '../../batch/options/option-contradictions.ts';
import { optionRules } from '../../batch/options/option-rules.ts';
import type { OptionRule } from '../../batch/options/option-rules.ts';
import { parseRetryOn } from '../../batch/options/status-set.ts';
import type { RetryOn } from '../../batch/options/status-set.ts';
import { backoffFrom, defaultBackoff } from '../../retry/backoff.ts';
import type { Backoff } from '../../retry/backoff.ts';
import type { RequestOptions, SharedRequestOptions } from '../client-options.ts';
import { unknownOption } from '../unknown-option.ts';

/** Times are milliseconds; 0: no limit. Other limits that there are not are the largest whole number. */
export interface CallSettings extends Backoff {
  readonly timeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly redirects: number;
  readonly retries: number;
  readonly retryOn: RetryOn;
  readonly maxWaitMs: number;
  readonly maxBodyBytes: number;
  readonly decompress: boolean;
  readonly raiseForStatus: boolean;
}

/** What they are if nobody says otherwise. */
export const defaultSettings: CallSettings = Object.freeze({
  timeoutMs: 30_000,
  headersTimeoutMs: 0,
  bodyTimeoutMs: 300_000,
  totalTimeoutMs: 0,
  queueTimeoutMs: 0,
  redirects: 10,
  retries: 0,
  retryOn: parseRetryOn('408,425,429,5xx,network,timeout'),
  ...defaultBackoff,
  maxWaitMs: 60_000,
  maxBodyBytes: 64 * 2 ** 20,
  decompress: true,
  raiseForStatus: false,
});

const aTime: OptionRule = (value, name) => {
  if (value === null || value === Infinity) return;
  if (value === 0) throw badValue(name, 'a time from 1 ms to 24 days, in milliseconds', value, 'no limit is Infinity');
  optionRules.timeoutMs(value, name);
};

const rules: { readonly [Key in keyof CallSettings]: OptionRule } = {
  timeoutMs: aTime,
  headersTimeoutMs: aTime,
  bodyTimeoutMs: aTime,
  totalTimeoutMs: aTime,
  queueTimeoutMs: aTime,
  redirects: optionRules.redirects,
  retries: optionRules.retries,
  retryOn: optionRules.retryOn,
  backoffMs: optionRules.backoffMs,
  maxBackoffMs: optionRules.maxBackoffMs,
  maxWaitMs: optionRules.maxWaitMs,
  maxBodyBytes: optionRules.maxBodyBytes,
  decompress: optionRules.insecure,
  raiseForStatus: optionRules.insecure,
};

/** Checked where they are used. */
const otherRequestOptions = {
  headers: 0,
  params: 0,
  auth: 0,
  json: 0,
  form: 0,
  multipart: 0,
  body: 0,
  cookies: 0,
  signal: 0,
} satisfies Record<Exclude<keyof RequestOptions, keyof CallSettings>, 0>;

/**
 * The settings of a call.
 *
 * @param options of the request
 * @param base of the client
 * @throws {UsageError} `bad_option`, `unknown_option`
 */
export function callSettings(options: RequestOptions, base: CallSettings): CallSettings {
  return settingsOf(options, base, otherRequestOptions);
}

/** @param others options that are known besides, and checked elsewhere */
export function settingsOf(
  options: SharedRequestOptions,
  base: CallSettings,
  others: Readonly<Record<string, unknown>>,
): CallSettings {
  if (typeof options !== 'object' || options === null) throw badValue('the options', 'an object', options);
  let changed: Record<string, unknown> | null = null;
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(others, name)) continue;
    if (!Object.hasOwn(rules, name)) throw unknownOption(name, [...Object.keys(rules), ...Object.keys(others)]);
    const given: unknown = Reflect.get(options, name);
    if (given === undefined) continue;
    const rule = rules[name as keyof CallSettings];
    const value = rule === aTime ? given : finiteOption(name, given);
    rule(value, `\`${name}\``);
    changed ??= { ...base };
    if (rule === aTime) changed[name] = value === null || value === Infinity ? 0 : value;
    else changed[name] = typeof value === 'string' ? parseRetryOn(value) : value;
  }
  if (changed === null) return base;
  return Object.assign(changed, backoffOf(options, base)) as unknown as CallSettings;
}

function backoffOf({ backoffMs, maxBackoffMs }: SharedRequestOptions, base: CallSettings): Backoff {
  const given = { backoffMs, maxBackoffMs: finiteOption('maxBackoffMs', maxBackoffMs) as number | undefined };
  refuseEarlyEndOfBackoff(given, (name) => `\`${name}\``);
  return backoffFrom(given, base);
}
