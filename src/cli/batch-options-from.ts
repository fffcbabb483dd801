// Turns the words of `manyfetch run` into the options of a run. It reads texts, no more: whether a value
// makes sense is judged in one place, by `resolveOptions`, so a text that is no number is passed on as it is.

import { parseByteSize } from '../batch/options/byte-size.ts';
import type { BatchOptions } from '../batch/options/batch-options.ts';
import { parseDuration } from '../batch/options/duration.ts';
import type { CliIo } from './cli-io.ts';
import { credentialFrom } from './credentials.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

type Reader = (parsed: ParsedArguments, name: string, env: CliIo['env']) => unknown;

const text: Reader = (parsed, name) => parsed.text(name);
const list: Reader = (parsed, name) => parsed.list(name);
const present: Reader = (parsed, name) => parsed.has(name);
const number: Reader = (parsed, name) => numberOrText(parsed.text(name) ?? '');
const duration: Reader = (parsed, name) => parseDuration(parsed.text(name) ?? '', `\`--${name}\``);
const size: Reader = (parsed, name) => parseByteSize(parsed.text(name) ?? '', `\`--${name}\``);
const credential: Reader = (parsed, name, env) => credentialFrom(parsed.text(name) ?? '', `--${name}`, env);

/** Which option of the command line becomes which option of a run, and how. */
const readers: { readonly [Key in keyof Omit<Required<BatchOptions>, 'input'>]: readonly [name: string, Reader] } = {
  output: ['output', text],
  format: ['format', text],
  limit: ['limit', number],
  offset: ['offset', number],
  maxRecordBytes: ['max-record-bytes', size],
  url: ['url', text],
  method: ['method', text],
  headers: ['header', list],
  json: ['json', text],
  data: ['data', text],
  form: ['form', list],
  recordAsJson: ['record-as-json', present],
  request: ['request', text],
  map: ['map', text],
  baseUrl: ['base-url', text],
  user: ['user', credential],
  bearer: ['bearer', credential],
  idempotencyKey: ['idempotency-key', text],
  cost: ['cost', text],
  concurrency: ['concurrency', number],
  perOrigin: ['per-origin', number],
  rate: ['rate', list],
  costFrom: ['cost-from', text],
  retries: ['retries', number],
  retryOn: ['retry-on', text],
  backoffMs: ['backoff', duration],
  maxBackoffMs: ['max-backoff', duration],
  success: ['success', text],
  timeoutMs: ['timeout', duration],
  connectTimeoutMs: ['connect-timeout', duration],
  maxWaitMs: ['max-wait', duration],
  outage: ['outage', text],
  maxOutageMs: ['max-outage', duration],
  redirects: ['redirects', number],
  delivery: ['delivery', text],
  maxBodyBytes: ['max-body-bytes', size],
  proxy: ['proxy', text],
  socketPath: ['unix-socket', text],
  cacert: ['cacert', text],
  cert: ['cert', text],
  key: ['key', text],
  insecure: ['insecure', present],
  http: ['http', text],
  transport: ['transport', text],
  pipelining: ['pipelining', number],
  rehearse: ['rehearse', present],
  body: ['body', text],
  bodies: ['bodies', text],
  order: ['order', text],
  onResult: ['on-result', text],
  hookThreads: ['hook-threads', number],
  hookConcurrency: ['hook-concurrency', number],
  hookTimeoutMs: ['hook-timeout', duration],
  fresh: ['fresh', present],
  graceMs: ['grace', duration],
};

/**
 * The options of a run, as given and not yet checked.
 *
 * @throws UsageError for durations, sizes and credentials that cannot be read
 */
export function batchOptionsFrom(parsed: ParsedArguments, env: CliIo['env']): BatchOptions {
  const options: Record<string, unknown> = { input: parsed.argument };
  for (const [key, [name, read]] of Object.entries(readers))
    if (parsed.has(name)) options[key] = read(parsed, name, env);
  return options as unknown as BatchOptions;
}

/** A number if it reads as one; else the text, for the message that refuses it. */
export function numberOrText(word: string): number | string {
  return /^-?\d+(?:\.\d+)?(?:e\d+)?$/iu.test(word) ? Number(word) : word;
}
