// Fingerprints of the options that shape requests, so that a resumed run can refuse changed ones.
// Invariant: no credential goes into a fingerprint, not even hashed; only that one is given, and its name.

import { createHash } from 'node:crypto';
import { namesCredential } from '../http/credential-names.ts';
import { replaceQueryCredentials } from '../http/query-credentials.ts';
import { parseTemplatedJson } from './json-template.ts';
import { mapPath } from './map-planner.ts';
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
    url: withoutCredentials(options.url),
    method: options.method,
    headers: options.headers?.length === 0 ? undefined : options.headers?.map((line) => headerFact(line, options)),
    json: options.json,
    data: options.data,
    form: options.form?.length === 0 ? undefined : options.form?.map(formFact),
    recordAsJson: options.recordAsJson === true ? true : undefined,
    request: options.request === undefined ? undefined : await requestFact(options.request, options),
    map: options.map === undefined ? undefined : await readOptionFile(mapPath(options.map), '--map'),
    baseUrl: withoutCredentials(options.baseUrl),
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

/** Values of the query that come from the record shape the requests, also those of a parameter called key. */
function withoutCredentials(url: string | undefined): string | undefined {
  const named = url?.replace(/^([^/?#]*[\\/]{2})[^\\/?#]*@/, '$1');
  return named === undefined ? undefined : replaceQueryCredentials(named, (_, value) => shapeOf(value));
}

function formFact(pair: string): string {
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals);
  return namesCredential(name) ? `${name}=${shapeOf(pair.slice(equals + 1))}` : pair;
}

/** A credential as it is written, if fields of the record make it; else only that there is one. */
function shapeOf(value: string): string {
  return /\{\{(?!\s*\$env\.)/.test(value) ? value : '';
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
  return { ...file, url: typeof url === 'string' ? withoutCredentials(url) : url, headers: open };
}
