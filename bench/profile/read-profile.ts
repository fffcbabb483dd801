// Reads a CPU profile of V8: how long the main thread was in each function itself, and in each stage. V8
// counts by the clock on the wall: what is told here is microseconds of that clock, idle time apart.

import { readFileSync } from 'node:fs';
import { stageOf } from './stage-of.ts';

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface ProfileFile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Time of a stage; `native` is what of it was spent below JavaScript, in functions called from there. */
export interface StageTime {
  readonly stage: string;
  micros: number;
  native: number;
}

/** Time of one function, itself. */
export interface FunctionTime {
  readonly name: string;
  readonly place: string;
  readonly stage: string;
  micros: number;
}

export interface ProfileTimes {
  readonly busyMicros: number;
  /** The longest first. */
  readonly stages: readonly StageTime[];
  readonly functions: readonly FunctionTime[];
}

/** What V8 names itself, instead of a function. */
const engineParts = new Map([
  ['(garbage collector)', '(garbage collector)'],
  ['(program)', '(program: native, reads, polling)'],
  ['(root)', '(program: native, reads, polling)'],
]);

/** Reads a `.cpuprofile`. */
export function readProfile(path: string): ProfileTimes {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as ProfileFile;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const stages = new Map<string, StageTime>();
  const functions = new Map<string, FunctionTime>();
  let busyMicros = 0;
  for (const [id, micros] of selfTimes(profile)) {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === '(idle)') continue;
    busyMicros += micros;
    const caller = nearestWithFile(node, nodes, parents);
    const own = engineParts.get(node.callFrame.functionName);
    const stage = own ?? (caller === null ? 'elsewhere' : (stageOf(caller.callFrame.url) ?? 'elsewhere'));
    const stageTime = entry(stages, stage, () => ({ stage, micros: 0, native: 0 }));
    stageTime.micros += micros;
    if (caller !== node && own === undefined) stageTime.native += micros;
    if (own === undefined) functionTime(functions, node, caller, stage).micros += micros;
  }
  return { busyMicros, stages: longestFirst(stages), functions: longestFirst(functions) };
}

/** A sample stands for the time until the next one. */
function selfTimes(profile: ProfileFile): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  profile.samples.forEach((id, place) => {
    times.set(id, (times.get(id) ?? 0) + (profile.timeDeltas[place + 1] ?? 0));
  });
  return times;
}

/** The function itself, or whoever called it from a file: natives and built-ins have none. */
function nearestWithFile(
  node: Node,
  nodes: ReadonlyMap<number, Node>,
  parents: ReadonlyMap<number, number>,
): Node | null {
  let current: Node | undefined = node;
  while (current !== undefined && current.callFrame.url === '') current = nodes.get(parents.get(current.id) ?? -1);
  return current ?? null;
}

function functionTime(
  functions: Map<string, FunctionTime>,
  node: Node,
  caller: Node | null,
  stage: string,
): FunctionTime {
  const name = node.callFrame.functionName || '(anonymous)';
  const frame = caller?.callFrame;
  const file = frame?.url.replace(/^.*\/(?:dist|src|node_modules)\//, '') ?? '';
  const line = frame === undefined ? '' : `${file}:${frame.lineNumber + 1}`;
  const place = caller === node ? line : `native, called by ${frame?.functionName || '(anonymous)'} ${line}`;
  return entry(functions, `${name} ${place}`, () => ({ name, place, stage, micros: 0 }));
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function longestFirst<V extends { readonly micros: number }>(map: ReadonlyMap<string, V>): readonly V[] {
  return [...map.values()].toSorted((left, right) => right.micros - left.micros);
}
