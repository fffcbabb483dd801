// Refuses values that no request could be made with. It reads no files and compiles no templates.
// Which options exclude each other by their mere presence is judged before, with the options of the run.

import { UsageError } from '../errors.ts';
import { headerNameTrouble, headerValueTrouble } from './header-rules.ts';
import { parseUrl } from './parse-url.ts';
import type { PlanOptions } from './plan-options.ts';
import { refuseMasks } from './refuse-masks.ts';

/** @throws {UsageError} `bad_option` */
export function checkPlanOptions(options: PlanOptions): void {
  const credential = options.user !== undefined ? '--user' : options.bearer !== undefined ? '--bearer' : null;
  if (credential !== null && options.headers?.some((line) => /^\s*authorization\s*:/i.test(line)) === true) {
    throw new UsageError('bad_option', `--header "Authorization" and ${credential} cannot be given together`, {
      hint: 'A request has one authorization: keep one of them.',
    });
  }
  refuseMasks(options);
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
