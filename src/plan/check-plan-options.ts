// Refuses options that contradict each other, and values that no request could be made with.
// It reads no files and compiles no templates.

import { UsageError } from '../errors.ts';
import { headerNameTrouble, headerValueTrouble } from './header-rules.ts';
import { parseUrl } from './parse-url.ts';
import type { PlanOptions } from './plan-options.ts';

/** @throws {UsageError} `bad_option` */
export function checkPlanOptions(options: PlanOptions): void {
  const bodies = given(options, ['json', 'data', 'form', 'recordAsJson']);
  if (bodies.length > 1) throw both(bodies, 'A request has one body: keep one of them.');
  for (const whole of given(options, ['request', 'map'])) {
    const others = given(options, ['request', 'map', 'url', 'method', 'json', 'data', 'form', 'recordAsJson']);
    if (others.length > 1)
      throw both(
        [whole, ...others.filter((name) => name !== whole)],
        `${whole} says the whole request; only --header adds to it.`,
      );
  }
  if (options.user !== undefined && options.bearer !== undefined) {
    throw both(['--user', '--bearer'], 'A request has one authorization: keep one of them.');
  }
  const authorization = options.headers?.some((line) => /^\s*authorization\s*:/i.test(line)) === true;
  const credential = given(options, ['user', 'bearer'])[0];
  if (authorization && credential !== undefined) {
    throw both(['--header "Authorization"', credential], 'A request has one authorization: keep one of them.');
  }
  checkCredentials(options);
  checkKeyHeader(options.idempotencyKey);
}

/** The base URL, parsed, or null. @throws {UsageError} `bad_option` */
export function readBaseUrl(text: string | undefined): URL | null {
  if (text === undefined) return null;
  try {
    parseUrl(text, null);
    return new URL(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('bad_option', `--base-url: ${message}`, { hint: 'Write --base-url https://host', cause });
  }
}

const optionNames = {
  json: '--json',
  data: '--data',
  form: '--form',
  recordAsJson: '--record-as-json',
  request: '--request',
  map: '--map',
  url: '--url',
  method: '--method',
  user: '--user',
  bearer: '--bearer',
} as const;

function given(options: PlanOptions, names: readonly (keyof typeof optionNames)[]): string[] {
  return names
    .filter((name) => {
      const value = options[name];
      return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
    })
    .map((name) => optionNames[name]);
}

function both(names: readonly string[], hint: string): UsageError {
  return new UsageError('bad_option', `${names.join(' and ')} cannot be given together`, { hint });
}

function checkCredentials(options: PlanOptions): void {
  if (options.user !== undefined && !options.user.includes(':')) {
    throw new UsageError('bad_option', '--user has no ":" between name and password', {
      hint: 'Write --user name:password; the password may be empty.',
    });
  }
  if (options.bearer === undefined) return;
  const trouble = options.bearer.trim() === '' ? 'the token is empty' : headerValueTrouble(options.bearer);
  if (trouble !== null)
    throw new UsageError('bad_option', `--bearer: ${trouble}`, { hint: 'A token is one line of ASCII text.' });
}

function checkKeyHeader(name: string | undefined): void {
  if (name === undefined || name === 'off') return;
  const trouble = headerNameTrouble(name);
  if (trouble !== null) {
    throw new UsageError('bad_option', `--idempotency-key: ${trouble}`, { hint: 'Give the name of a header, or off.' });
  }
}
