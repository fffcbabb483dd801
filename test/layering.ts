// The ranks: who may import whom. A file imports lower ranks or its own folder; the stages, which
// share a rank, never import one another. Only files of `src` are looked at.

import type { SourceFile } from './source-tree.ts';

const ranks: readonly (readonly string[])[] = [
  ['errors.ts', 'grouped-digits.ts'],
  ['concurrency', 'disk'],
  ['http', 'executors'],
  ['input', 'plan', 'govern', 'retry', 'journal', 'output', 'report', 'target', 'streams'],
  ['engine'],
  ['control'],
  ['batch'],
  ['client'],
  ['index.ts', 'compare'],
  ['cli'],
];

/** What `target`, a program of its own that merely ships along, may import. */
const targetMayImport = new Set(['errors.ts', 'concurrency', 'http', 'target']);

/** The folder (or the file) right below `src` that a path belongs to. */
export function unitOf(path: string): string {
  return path.split('/')[1] ?? '';
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

function rankOf(unit: string): number {
  return ranks.findIndex((units) => units.includes(unit));
}

/** One sentence for each import that goes the wrong way. */
export function layeringProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const unit = unitOf(file.path);
    if (unit === 'testing' || isTest(file.path)) return [];
    if (rankOf(unit) === -1) return [`${file.path}: give the new folder a rank in test/layering.ts`];
    return file.imports
      .filter((target) => target.startsWith('src/'))
      .flatMap((target) => edgeProblem(file.path, target));
  });
}

function edgeProblem(path: string, target: string): string[] {
  const from = unitOf(path);
  const to = unitOf(target);
  if (isTest(target)) return [`${path} imports a test, ${target}`];
  if (to === 'testing') return [`${path} imports ${target}, which only tests may`];
  if (from === 'target' && !targetMayImport.has(to)) return [`${path} imports ${target}: target stands alone`];
  if (from === to || rankOf(to) < rankOf(from)) return [];
  return [`${path} imports ${target}: ${rankOf(to) === rankOf(from) ? 'sideways' : 'upwards'}`];
}

/** Each import cycle once, as the path that closes it. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const importsByPath = new Map(files.map((file) => [file.path, file.imports]));
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const cycles: string[] = [];

  function visit(path: string): void {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    trail.push(path);
    for (const target of importsByPath.get(path) ?? []) if (importsByPath.has(target)) visit(target);
    trail.pop();
    state.set(path, 'done');
  }

  for (const path of importsByPath.keys()) visit(path);
  return cycles;
}
