// Fingerprints of the options that shape requests, so that a resumed run can refuse changed ones.
// Invariant: no credential goes into a fingerprint, not even hashed; only that one is given, and its name.

import { createHash } from 'node:crypto';
import { namesCredential } from '../http/credential-names.ts';
import { parseTemplatedJson } from './json-template.ts';
import { readOptionFile } from './option-file.ts';
import type { PlanOptions } from './plan-options.ts';
import { isObject } from './record-scope.ts';

/**
 * Option name -> 32 hex digits; options that are not given have no entry.
 *
 * @param options with the run's id, which salts the fingerprints
 * @throws {UsageError} `no_such_file`, `unreadable`, `bad_option` for the files of --request and --map
 */
export async function requestFingerprints(
  options: PlanOptions & { readonly runId: string },
): Promise<Record<string, string>> {
  const facts: Record<string, unknown> = {
    url: withoutUserInfo(options.url),
    method: options.method,
    headers: options.headers?.length === 0 ? undefined : options.headers?.map((line) => headerFact(line, options)),
    json: options.json,
    data: options.data,
    form: options.form?.length === 0 ? undefined : options.form,
    recordAsJson: options.recordAsJson === true ? true : undefined,
    request: options.request === undefined ? undefined : await requestFact(options.request, options),
    map: options.map === undefined ? undefined : await readOptionFile(options.map, '--map'),
    baseUrl: withoutUserInfo(options.baseUrl),
    user: options.user === undefined ? undefined : 'given',
    bearer: options.bearer === undefined ? undefined : 'given',
    idempotencyKey: options.idempotencyKey,
  };
  const fingerprints: Record<string, string> = {};
  for (const [name, fact] of Object.entries(facts)) {
    if (fact === undefined) continue;
    const hash = createHash('sha256').update(`${options.runId}\0${name}\0${JSON.stringify(fact)}`);
    fingerprints[name] = hash.digest('hex').slice(0, 32);
  }
  return fingerprints;
}

function withoutUserInfo(url: string | undefined): string | undefined {
  return url?.replace(/^([^/?#]*[\\/]{2})[^\\/?#]*@/, '$1');
}

function headerFact(line: string, options: PlanOptions): string {
  const name = (line.split(':')[0] ?? '').trim();
  return namesCredential(name, options.idempotencyKey) ? name : line;
}

async function requestFact(path: string, options: PlanOptions): Promise<unknown> {
  const file = parseTemplatedJson(await readOptionFile(path, '--request'), `--request ${path}`);
  if (!isObject(file)) return file;
  const { url, headers } = file;
  const open = isObject(headers)
    ? Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          namesCredential(name, options.idempotencyKey) ? null : value,
        ]),
      )
    : headers;
  return { ...file, url: typeof url === 'string' ? withoutUserInfo(url) : url, headers: open };
}
