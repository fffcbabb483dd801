// The countable part of the house style: lengths, names, opening comments, and that nobody asks the
// system for time or chance but `concurrency`.

import { isTest, unitOf } from './layering.ts';
import type { SourceFile } from './source-tree.ts';

const maxLines = 350;
const maxEngineLines = 250;
const vagueNames = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'types', 'misc', 'shared']);

/** Units that may ask for time and chance: where they are made, and what stands outside the line. */
const mayTellTime = new Set(['concurrency', 'target', 'testing']);
// A method of the same name on an object (`clock.setTimer`, `socket.setTimeout`) is not the global.
const timeSources =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b|\bMath\.random\b|(?<![.\w])set(?:Timeout|Interval)\b|\bglobalThis\.set(?:Timeout|Interval)\b|['"](?:node:)?timers(?:\/promises)?['"]/g;

/** Lines of a file, the last line end not counted as one. */
export function lineCount(file: SourceFile): number {
  return file.text.replace(/\n$/, '').split('\n').length;
}

/** One sentence for each file that is too long. */
export function lengthProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const limit = file.path === 'src/engine/engine.ts' ? maxEngineLines : maxLines;
    const lines = lineCount(file);
    return lines > limit ? [`${file.path} has ${lines} lines, more than ${limit}`] : [];
  });
}

/** The length that half of the files stay below. */
export function medianLines(files: readonly SourceFile[]): number {
  const sorted = files.map(lineCount).toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** One sentence for each file whose name says nothing, or is not in kebab-case. */
export function nameProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path }) => {
    const name = (path.split('/').at(-1) ?? '').replace(/(?:\.test)?\.ts$/, '');
    if (vagueNames.has(name)) return [`${path}: name it after what it exports`];
    return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) ? [] : [`${path}: file names are kebab-case`];
  });
}

/** One sentence for each file that does not open with a comment. */
export function openingProblems(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !/^(?:#![^\n]*\n)?\/[/*]/.test(file.text))
    .map(({ path }) => `${path} does not open with what it answers for`);
}

/** One sentence for each line that asks the system for time or chance. */
export function timeProblems(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !isTest(path) && !mayTellTime.has(unitOf(path)))
    .flatMap(({ path, code }) =>
      [...code.matchAll(timeSources)].map((match) => {
        const line = code.slice(0, match.index).split('\n').length;
        return `${path}:${line} uses ${match[0]}: take a Clock or Random from the caller`;
      }),
    );
}
