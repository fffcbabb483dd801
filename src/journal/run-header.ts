// What makes a run this run and no other. Written once, before anything is sent. No option's value
// stands in it, only salted fingerprints: a value may be a secret.

import { UsageError } from '../errors.ts';

/** The version of the journal that this code writes and reads. */
export const journalVersion = 1;

/** What an input is known by. What can be read only once, such as standard input, is trusted to be the same again. */
export type InputIdentity =
  | { readonly kind: 'file'; readonly size: number; readonly mtimeMs: number; readonly sample: string }
  | { readonly kind: 'stream' };

export interface RunHeader {
  readonly version: number;
  readonly runId: string;
  readonly createdAt: string;
  /** Absolute path, or `-`. */
  readonly input: string;
  readonly format: string;
  readonly identity: InputIdentity;
  readonly offset: number;
  /** Option name -> fingerprint, of the options that shape requests and results. */
  readonly options: Readonly<Record<string, string>>;
}

/** Refuses to go on with a run whose input or options are not those of the header. */
export function checkSameRun(
  found: RunHeader,
  now: Omit<RunHeader, 'runId' | 'createdAt' | 'version'>,
  journalPath: string,
): void {
  const startOver = `to start over with what you have now, add --fresh (the results so far are replaced); ${journalPath} holds the run`;
  checkSameInput(found, now, startOver);
  const before = optionsOf(found);
  const after = optionsOf(now);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => before[name] !== after[name]).sort();
  if (changed.length === 0) return;
  const list = changed.map((name) => describeChange(name, before[name], after[name])).join(', ');
  throw new UsageError(
    'options_changed',
    `the run that these results belong to was begun with other options: ${list}`,
    {
      hint: `give the same options to go on; ${startOver}`,
    },
  );
}

/** All that must be the same, by name. */
function optionsOf({ options, offset }: Pick<RunHeader, 'options' | 'offset'>): RunHeader['options'] {
  return offset === 0 ? options : { ...options, offset: String(offset) };
}

function describeChange(name: string, before: string | undefined, after: string | undefined): string {
  const option =
    name === 'headers' ? '--header' : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (before === undefined) return `${option} was not given then`;
  if (after === undefined) return `${option} was given then`;
  return `${option} has another value`;
}

function checkSameInput(
  found: RunHeader,
  now: Pick<RunHeader, 'input' | 'format' | 'identity'>,
  startOver: string,
): void {
  const before = found.identity;
  const after = now.identity;
  const change = describeInputChange(before, after);
  if (change === null && found.format === now.format) return;
  const reason = change ?? `it was read as ${found.format}, and now as ${now.format}`;
  throw new UsageError('input_changed', `the input ${now.input} is not the one that this run began with: ${reason}`, {
    hint: `put the input back as it was to go on; ${startOver}`,
  });
}

function describeInputChange(before: InputIdentity, after: InputIdentity): string | null {
  if (before.kind === 'stream' || after.kind === 'stream') {
    return before.kind === after.kind ? null : 'then or now it was a stream, such as standard input';
  }
  if (before.size !== after.size) return `it had ${before.size} bytes, and has ${after.size} now`;
  if (before.sample !== after.sample) return 'its contents changed';
  // A date that is put back as it is printed here has no fraction of a millisecond.
  if (Math.trunc(before.mtimeMs) !== Math.trunc(after.mtimeMs)) {
    return `it was written to on ${new Date(after.mtimeMs).toISOString()}, after the run began; had only its date changed, \`touch -d ${new Date(before.mtimeMs).toISOString()}\` would set it back`;
  }
  return null;
}
