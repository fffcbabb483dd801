// Runs the real command in a child process, as a user would, and gives back all that it wrote.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a command came to. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what a command runs. */
export interface CommandSetting {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The user that the process is, if not ours. */
  readonly uid?: number;
}

const entry = join(import.meta.dirname, '../../bin/manyfetch.js');
const keptFromOutside = ['PATH', 'HOME', 'TMPDIR'];
/** The many children of the tests compile the sources once between them, also those that do not get all of our environment. */
export const compileOnce = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/compiled'),
};

/** Starts the command; whoever starts it waits for its end. */
export function startManyfetch(words: readonly string[], { cwd, env, uid }: CommandSetting = {}) {
  const kept = keptFromOutside.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return spawn(process.execPath, [entry, ...words], {
    cwd,
    ...(uid === undefined ? {} : { uid }),
    env: { ...(Object.fromEntries(kept) as NodeJS.ProcessEnv), ...compileOnce, ...env },
  });
}

/** Runs the command to its end. */
export async function manyfetch(words: readonly string[], setting: CommandSetting = {}): Promise<CommandEnd> {
  const child = startManyfetch(words, setting);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(setting.input ?? '');
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
