// Where the microseconds of a record go: ours runs the whole job under V8's profiler, and the time of each
// function is given to the stage that its file belongs to. The profiler counts by the clock on the wall, so
// its shares are laid over the CPU time that the kernel counted for the main thread; what other threads
// took (collector, compiler, files, the profiler itself) stands beside it. Beside it, in turn and
// without a profiler: ours, and a loop over bare sockets that records nothing, the floor in Node.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFlight } from '../compare/peer.ts';
import { startFastTarget } from '../fast-target.ts';
import { ordersFile } from '../inputs.ts';
import { measure, type Command } from '../measure.ts';
import { median } from '../median.ts';
import { libraryEnvironment, ourJob, removeRun } from '../our-command.ts';
import { programFile } from '../programs.ts';
import { drawColumns } from '../table.ts';
import { runFolder, workFolder } from '../work-folder.ts';
import type { CpuNote } from '../peers/note-cpu.ts';
import { readProfile, type ProfileTimes } from './read-profile.ts';

const intervalMicros = 150;
const output = join(runFolder, 'profile.jsonl');
const noteFile = join(runFolder, 'cpu-note.json');
const profileName = 'manyfetch.cpuprofile';

/** CPU microseconds a row, all in, without a profiler. */
interface Unprofiled {
  readonly name: string;
  readonly micros: number;
}

/** CPU microseconds a row. */
export interface ProfileReport {
  readonly rows: number;
  readonly stages: readonly { readonly stage: string; readonly micros: number; readonly native: number }[];
  readonly functions: readonly { readonly name: string; readonly place: string; readonly micros: number }[];
  readonly threads: readonly { readonly name: string; readonly micros: number }[];
  readonly total: number;
  readonly user: number;
  readonly system: number;
  /** Time on the wall to CPU time of the main thread while it was busy: well above 1, others had its core. */
  readonly wallToCpu: number;
  /** Ours is the first, bare sockets the last. */
  readonly unprofiled: readonly Unprofiled[];
}

/** Profiles one run, and measures `rounds` runs without a profiler. */
export async function profileOurs(rows: number, rounds: number): Promise<ProfileReport> {
  const target = await startFastTarget();
  try {
    const input = await ordersFile(rows);
    const job = ourJob(input, output, target.url, inFlight);
    process.stderr.write(`profile: ${rows} rows\n`);
    await runFresh(profiled(job));
    const report = summarize(rows, readProfile(join(workFolder, profileName)));
    return { ...report, unprofiled: await measureUnprofiled(job, input, target.url, rows, rounds) };
  } finally {
    await target.stop();
    removeRun(output);
  }
}

/** Ours and what it is compared with, in turn; null: it does not run. */
async function measureUnprofiled(
  job: Command,
  input: string,
  url: string,
  rows: number,
  rounds: number,
): Promise<readonly Unprofiled[]> {
  const loop = (name: string, ...further: string[]): Command => ({
    program: process.execPath,
    args: [programFile(name), input, url, String(inFlight), ...further],
    env: libraryEnvironment(),
  });
  const compared = [
    { name: 'the whole job', command: job, taken: [] as number[] },
    { name: 'wire transport alone', command: loop('transport-loop.ts', 'wire'), taken: [] as number[] },
    { name: 'undici transport alone', command: loop('transport-loop.ts', 'undici'), taken: [] as number[] },
    { name: 'bare sockets, nothing recorded', command: loop('bare-socket-loop.ts'), taken: [] as number[] },
  ];
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`profile: round ${round}/${rounds} without a profiler\n`);
    for (const { command, taken } of compared) taken.push((await runFresh(command)) / rows);
  }
  return compared.map(({ name, taken }) => ({ name, micros: median(taken) ?? 0 }));
}

function profiled({ program, args }: Command): Command {
  const flags = ['--cpu-prof', `--cpu-prof-interval=${intervalMicros}`, `--cpu-prof-dir=${workFolder}`];
  const preload = ['--import', programFile('note-cpu.ts')];
  return {
    program,
    args: [...flags, `--cpu-prof-name=${profileName}`, ...preload, ...args],
    env: { CPU_NOTE: noteFile },
  };
}

/** CPU microseconds of a run, all in. */
async function runFresh(command: Command): Promise<number> {
  removeRun(output);
  const { exitCode, stderr, cpuMs } = await measure(command);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  if (cpuMs === null) throw new Error('GNU time is needed to tell CPU time: apt-get install time');
  return cpuMs * 1000;
}

function summarize(rows: number, times: ProfileTimes): Omit<ProfileReport, 'unprofiled'> {
  const note = JSON.parse(readFileSync(noteFile, 'utf8')) as CpuNote;
  const main = note.mainThread.user + note.mainThread.system;
  const all = note.process.user + note.process.system;
  const scale = main / times.busyMicros / rows;
  return {
    rows,
    stages: times.stages.map(({ stage, micros, native }) => ({
      stage,
      micros: micros * scale,
      native: native * scale,
    })),
    functions: times.functions.slice(0, 25).map(({ name, place, micros }) => ({ name, place, micros: micros * scale })),
    threads: otherThreads(note, rows),
    total: all / rows,
    user: note.process.user / rows,
    system: note.process.system / rows,
    wallToCpu: times.busyMicros / main,
  };
}

/** What threads do that go by these names; those that have ended, and all others, are one line. */
const threadNames: Readonly<Record<string, string>> = {
  V8Worker: 'threads of V8: collector, compiler',
  'libuv-worker': 'threads of libuv: files, names',
  'v8:ProfEvntProc': 'the thread of the profiler',
};

function otherThreads(note: CpuNote, rows: number): ProfileReport['threads'] {
  const micros = new Map<string, number>();
  let rest = note.process.user + note.process.system - note.mainThread.user - note.mainThread.system;
  for (const thread of note.others) {
    const name = threadNames[thread.name];
    if (name === undefined) continue;
    rest -= thread.micros;
    micros.set(name, (micros.get(name) ?? 0) + thread.micros / rows);
  }
  return [...micros, ['other threads', Math.max(0, rest / rows)] as const].map(([name, each]) => ({
    name,
    micros: each,
  }));
}

const figure = (micros: number): string => micros.toFixed(2);

/** The tables in plain text. */
export function drawProfile(report: ProfileReport): string {
  const part = (micros: number): string => `${((100 * micros) / report.total).toFixed(1)} %`;
  const stages = report.stages
    .filter(({ micros }) => micros >= 0.005)
    .map(({ stage, micros, native }) => [stage, figure(micros), native < 0.005 ? '' : figure(native), part(micros)]);
  const floor = report.unprofiled.at(-1)?.micros ?? 0;
  const without = [
    ['CPU µs a row, no profiler', 'all', 'minus bare sockets'],
    ...report.unprofiled.map(({ name, micros }) => [
      name,
      figure(micros),
      micros === floor ? '' : figure(micros - floor),
    ]),
  ];
  const busy =
    report.wallToCpu <= 1.25
      ? ''
      : `  The main thread had to wait for a core (${report.wallToCpu.toFixed(2)} x its CPU time): its waits stand mostly with write calls.\n`;
  return `${drawColumns(
    [
      ['stage, CPU µs a row, profiled', 'all', 'in native calls', 'share'],
      ...stages,
      ...report.threads.map(({ name, micros }) => [name, figure(micros), '', part(micros)]),
      [`total (user ${figure(report.user)}, system ${figure(report.system)})`, figure(report.total), '', ''],
    ],
    1,
  )}\n${busy}\n${drawColumns(
    [
      ['µs', 'function, itself', ''],
      ...report.functions.map(({ name, place, micros }) => [figure(micros), name, place]),
    ],
    0,
    new Set([1, 2]),
  )}\n\n${drawColumns(without, 1)}\n`;
}
