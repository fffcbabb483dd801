// The programs of a folder of examples, in their order, and how one is run: as the line "Run it:" of its opening comment
// says. It knows no program by its name, so that a new one need not be told of.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One program. */
export interface ExampleProgram {
  /** Two digits, with which the name of its file begins. */
  readonly number: string;
  readonly title: string;
  /** What its opening comment says. */
  readonly about: string;
  readonly path: string;
  /** What node needs besides. */
  readonly options: readonly string[];
}

/** For each, on a machine that is busy. */
const patienceMs = 60_000;

/** Those in a folder. Throws if one does not say what it shows and how it is run. */
export function exampleProgramsIn(folder: string): readonly ExampleProgram[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return names.toSorted().map((name) => {
    const path = join(folder, name);
    const [, number, dashed] = /^(\d\d)-(.+)\.ts$/.exec(name) ?? [];
    const [, about, options] =
      /^((?:\/\/ .*\n)+)\/\/ Run it: node ((?:--\S+ )*)examples\/\S+\.ts/.exec(readFileSync(path, 'utf8')) ?? [];
    if (number === undefined || dashed === undefined || about === undefined || options === undefined)
      throw new Error(
        `${path} is to be called NN-name.ts, and to begin with what it shows and "// Run it: node examples/…"`,
      );
    return {
      number,
      title: dashed.replaceAll('-', ' '),
      about: about.replaceAll(/^\/\/ /gm, '').trimEnd(),
      path,
      options: options.split(' ').filter((word) => word !== ''),
    };
  });
}

/** Runs one; what it writes goes where ours goes. Gives null, or how else it ended than it should. */
export async function runExample(program: ExampleProgram, words: readonly string[]): Promise<string | null> {
  const args = [...program.options, program.path, ...words];
  // All of them load the same sources, which are compiled once then; where the command keeps its own.
  const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env };
  const child = spawn(process.execPath, args, { env, stdio: 'inherit', timeout: patienceMs, killSignal: 'SIGKILL' });
  return await new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
}
