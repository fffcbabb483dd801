// Runs a command in a folder of its own, with files of a test's own, and gives back all that came of it:
// what it said, which files it made or touched, and what the stand-in service received.
// Invariant: `touched` names every file that is new, gone, or has other bytes or another time than before.

import { chmodSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { startTarget, type Target } from '../../src/target/start-target.ts';
import { manyfetch, type CommandEnd, type CommandSetting } from '../cli/manyfetch.ts';

/** A user without rights of its own. */
const nobody = 65_534;

/** File name -> content. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A line of the results. */
export interface Row {
  readonly index: number;
  readonly result: string;
  readonly attempts: number;
  readonly skipped?: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Tried extends CommandEnd {
  readonly folder: string;
  /** Files that are new, gone or changed. */
  readonly touched: readonly string[];
  /** Requests that the service received. */
  readonly sent: number;
  /** Another command in the same folder. */
  again(line: string): Promise<Tried>;
  /** The lines of `name`, in input order. */
  rows(name: string): Row[];
}

export interface Attempt {
  /** One line, cut at blanks; `URL` in it is the address of the service. */
  readonly line: string;
  /** `URL/` in a text is the service's too. */
  readonly files?: Files;
  readonly env?: Readonly<Record<string, string>>;
  /** In a process of its own, for what depends on it: modules, standard input. @default false */
  readonly inProcess?: boolean;
  readonly stdin?: string;
  /** In a process that root's rights do not help. */
  readonly asNobody?: boolean;
  /** Runs in the folder before the command. */
  readonly prepare?: (folder: string, url: string) => void | Promise<void>;
}

/** What a refused command has to come to: this text, and nothing else anywhere. */
export function refusal(message: string, hint: string | null, sent = 0): object {
  const stderr = `manyfetch: ${message}\n${hint === null ? '' : `  hint: ${hint}\n`}`;
  return { code: 2, stdout: '', stderr, touched: [], sent };
}

/** Gives a function that tries commands; the service it needs lives as long as the test file. */
export function commandTrial(): (attempt: Attempt) => Promise<Tried> {
  let target: Target;
  const folders: string[] = [];
  const home = process.cwd();
  beforeAll(async () => {
    target = await startTarget();
  });
  afterAll(async () => {
    process.chdir(home);
    await target.close();
    for (const folder of folders) {
      chmodSync(folder, 0o700);
      rmSync(folder, { recursive: true });
    }
  });
  const run = async (folder: string, attempt: Attempt): Promise<Tried> => {
    const { line, inProcess = false, asNobody = false, stdin } = attempt;
    const uid = asNobody && process.getuid?.() === 0 ? { uid: nobody } : {};
    const setting = { cwd: folder, env: { SERVICE: target.url, ...attempt.env }, ...uid };
    const words = line.split(' ').map((word) => word.replaceAll('URL', target.url));
    const before = target.stats().total;
    const were = stateOf(folder);
    const end =
      inProcess || asNobody
        ? await manyfetch(words, stdin === undefined ? setting : { ...setting, input: stdin })
        : await here(words, setting);
    const are = stateOf(folder);
    const names = [...new Set([...were.keys(), ...are.keys()])];
    return {
      ...end,
      folder,
      touched: names.filter((name) => were.get(name) !== are.get(name)).toSorted(),
      sent: target.stats().total - before,
      again: (next) => run(folder, { line: next }),
      rows: (name) => rowsOf(join(folder, name)),
    };
  };
  return async (attempt) => {
    const folder = mkdtempSync(join(tmpdir(), 'manyfetch-bad-'));
    folders.push(folder);
    for (const [name, content] of Object.entries(attempt.files ?? {}))
      writeFileSync(
        join(folder, name),
        typeof content === 'string' ? content.replaceAll('URL/', `${target.url}/`) : content,
      );
    await attempt.prepare?.(folder, target.url);
    return run(folder, attempt);
  };
}

/** The command in this process. */
async function here(words: readonly string[], { cwd, env }: Required<Pick<CommandSetting, 'cwd' | 'env'>>) {
  process.chdir(cwd);
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough(), env };
  const said = Promise.all([text(io.stdout), text(io.stderr)]);
  const code = await main([...words], io);
  io.stdout.end();
  io.stderr.end();
  const [stdout, stderr] = await said;
  return { code, stdout, stderr };
}

function stateOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names.map((name) => {
      const path = join(folder, name);
      const facts = lstatSync(path);
      const content = facts.isFile() ? readFileSync(path, 'latin1') : '';
      return [name, `${facts.mode} ${facts.isDirectory() ? '' : facts.mtimeMs} ${content}`];
    }),
  );
}

function rowsOf(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
    .toSorted((a, b) => a.index - b.index);
}
