// Refuses credentials that are `***`: what stands for a credential in results, dry runs and printed commands,
// pasted back. Sent, it would make of every record a failed one, for good.

import { UsageError } from '../errors.ts';
import { namesCredential } from '../http/credential-names.ts';
import { replaceQueryCredentials } from '../http/query-credentials.ts';
import type { PlanOptions } from './plan-options.ts';

const mask = '***';
const maskedUserInfo = /^[^/?#]*\/\/(?:[^/?#]*:)?\*{3}@/;

/** @throws {UsageError} `bad_option` */
export function refuseMasks(options: PlanOptions): void {
  if (options.bearer === mask) throw masked('--bearer');
  if (options.user === mask || options.user?.endsWith(`:${mask}`) === true) throw masked('--user');
  refuseMaskedUrl(options.url, '--url');
  refuseMaskedUrl(options.baseUrl, '--base-url');
}

/** The same for the value of a header, also behind its scheme: `Bearer ***`. */
export function refuseMaskedHeader(name: string, value: string, option: string): void {
  if (/^(?:[\w-]+ )?\*{3}$/.test(value) && namesCredential(name)) throw masked(option);
}

function refuseMaskedUrl(url: string | undefined, option: string): void {
  if (url === undefined) return;
  if (maskedUserInfo.test(url)) throw masked(option);
  replaceQueryCredentials(url, (_, value) => {
    if (value === mask) throw masked(option);
    return value;
  });
}

function masked(option: string): UsageError {
  return new UsageError('bad_option', `${option}: "${mask}" stands for a credential that is not shown`, {
    hint: 'Put your credential here, or better {{$env.NAME}} with the variable set.',
  });
}
