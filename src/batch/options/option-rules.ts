// What each option of a run takes, one rule an option; the compiler sees to it that none is left out.
// A rule looks at one value alone; what contradicts what is in option-contradictions.ts.

import type { BatchOptions } from './batch-options.ts';
import { badOption } from './bad-option.ts';
import { parseRetryOn, parseStatusSet } from './status-set.ts';
import { longestTimerMs } from '../../concurrency/time/longest-timer.ts';
import { parseRate } from '../../concurrency/limits/parse-rate.ts';
import { UsageError } from '../../errors.ts';
import { checkedSocketPath } from '../../http/dial/socket-path.ts';
import { parseCostPath } from '../../plan/cost-from.ts';

/** Checks a value; `name` is the option as it is to stand in a message. Throws a UsageError. */
export type OptionRule = (value: unknown, name: string) => void;

const aHeader = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:/u;
const aToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/u;

/** The rule of every option. */
export const optionRules: { readonly [Key in keyof Required<BatchOptions>]: OptionRule } = {
  input: text('the path of a file, or - for standard input'),
  output: text('the path of a file, or - for standard output'),
  format: oneOf('jsonl', 'csv', 'tsv', 'txt', 'json'),
  limit: whole(0),
  offset: whole(0),
  maxRecordBytes: sizeBytes,

  url: text('a URL template'),
  method: text('a method'),
  headers: listOf(aHeader, 'texts such as "Name: value"', 'one that does not begin with a name and a colon'),
  json: text('a JSON template'),
  data: anyText,
  form: listOf(/^[^=]+=/u, 'texts such as name=value', 'one without a name and an equals sign'),
  recordAsJson: aSwitch,
  request: text('the path of a JSON file'),
  map: (value, name) => {
    if (value instanceof URL && value.protocol === 'file:') return;
    text('the path or the URL of a module')(value, name);
  },
  baseUrl: secret(isBaseUrl, 'a URL that begins with http:// or https://', 'write https://…; '),
  user: secret((value) => value.includes(':') && !value.startsWith(':'), 'name:password'),
  bearer: secret((value) => /^[\x21-\x7e]+$/u.test(value), 'a token of visible ASCII characters'),
  cost: (value, name) => {
    if (typeof value === 'number' && value >= 0 && value < Infinity) return;
    text('a number from 0 up, or a template such as {{tokens}}')(value, name);
  },
  idempotencyKey: matching(aToken, 'the name of a header, or off'),

  concurrency: (value, name) => {
    if (value !== 'auto') whole(1, 'a whole number from 1 up, or auto')(value, name);
  },
  perOrigin: whole(1),
  rate: oneOrMore(parseRate, 'a rate such as 10/s, or a list of them'),
  costFrom: parsedBy(parseCostPath),
  retries: whole(0),
  retryOn: parsedBy(parseRetryOn),
  backoffMs: durationMs(1),
  maxBackoffMs: durationMs(1),
  success: parsedBy(parseStatusSet),
  timeoutMs: durationMs(1),
  connectTimeoutMs: durationMs(1),
  maxWaitMs: durationMs(0),
  outage: oneOf('wait', 'fail'),
  maxOutageMs: durationMs(0),
  redirects: whole(0),
  delivery: oneOf('at-least-once', 'at-most-once'),
  maxBodyBytes: sizeBytes,

  proxy: secret(isProxy, 'a URL that begins with http://, https:// or socks5://'),
  socketPath: checkedSocketPath,
  cacert: text('the path of a PEM file'),
  cert: text('the path of a PEM file'),
  key: text('the path of a PEM file'),
  insecure: aSwitch,
  http: oneOf('1.1', '2', 'auto'),
  transport: oneOf('wire', 'undici', 'auto'),
  pipelining: whole(1),
  rehearse: aSwitch,

  body: oneOf('auto', 'text', 'base64', 'none', 'hash'),
  bodies: text('the path of a folder'),
  order: oneOf('completion', 'input'),
  onResult: (value, name) => {
    if (typeof value === 'function' || value instanceof URL) return;
    text('a function, or the path or the URL of a module')(value, name);
  },
  hookThreads: whole(1),
  hookConcurrency: whole(1),
  hookTimeoutMs: durationMs(1),
  fresh: aSwitch,
  graceMs: durationMs(0),
};

function text(expectation: string): OptionRule {
  return (value, name) => {
    if (typeof value !== 'string' || value === '') throw badOption(name, expectation, value);
  };
}

function anyText(value: unknown, name: string): void {
  if (typeof value !== 'string') throw badOption(name, 'a text', value);
}

function matching(pattern: RegExp, expectation: string): OptionRule {
  return (value, name) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw badOption(name, expectation, value);
  };
}

/** A rule whose message must not show the value. */
function secret(takes: (value: string) => boolean, expectation: string, advice = ''): OptionRule {
  return (value, name) => {
    if (typeof value === 'string' && takes(value)) return;
    throw new UsageError('bad_option', `Expected ${name} to be ${expectation}, got something else`, {
      hint: `${advice}the value is not shown, as it may hold a password`,
    });
  };
}

function whole(from: number, expectation = `a whole number from ${from} up`): OptionRule {
  return (value, name) => {
    if (!Number.isSafeInteger(value) || Number(value) < from) throw badOption(name, expectation, value);
  };
}

function sizeBytes(value: unknown, name: string): void {
  whole(1, 'a whole number of bytes from 1 up')(value, name);
}

function durationMs(from: number): OptionRule {
  return (value, name) => {
    if (typeof value === 'number' && value >= from && value <= longestTimerMs) return;
    throw badOption(name, `a time from ${from} ms to 24 days, in milliseconds`, value);
  };
}

function oneOf(...words: readonly string[]): OptionRule {
  const expectation = `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
  return (value, name) => {
    if (!words.some((word) => word === value)) throw badOption(name, expectation, value);
  };
}

function listOf(pattern: RegExp, expectation: string, got: string): OptionRule {
  return (value, name) => {
    if (!Array.isArray(value)) throw badOption(name, `a list of ${expectation}`, value);
    if (value.every((item) => typeof item === 'string' && pattern.test(item))) return;
    // Not shown: a header or a form field may hold a credential.
    throw new UsageError('bad_option', `Expected ${name} to be ${expectation}, got ${got}`);
  };
}

function parsedBy(parse: (text: string, name: string) => unknown): OptionRule {
  return (value, name) => {
    if (typeof value !== 'string') throw badOption(name, 'a text', value);
    parse(value, name);
  };
}

function oneOrMore(parse: (text: string, name: string) => unknown, expectation: string): OptionRule {
  return (value, name) => {
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (typeof one !== 'string') throw badOption(name, expectation, one);
      parse(one, name);
    }
  };
}

function aSwitch(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw badOption(name, 'true or false', value);
}

function isBaseUrl(value: string): boolean {
  return /^https?:\/\/[^/]/iu.test(value) && (value.includes('{{') || URL.canParse(value));
}

function isProxy(value: string): boolean {
  if (value === '') return true;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//iu.exec(value)?.[1]?.toLowerCase();
  if (scheme === undefined) return URL.canParse(`http://${value}`);
  return ['http', 'https', 'socks5', 'socks5h'].includes(scheme) && URL.canParse(value);
}
