// Reads source files as text for the tests that hold the layout. It knows just enough of TypeScript:
// comments are blanked (lines stay where they are), strings are kept.

import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One source file. */
export interface SourceFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text with its comments blanked. */
  readonly code: string;
  /** Files that it names in imports and exports, relative ones resolved to a path; packages as they are named. */
  readonly imports: readonly string[];
}

const root = join(import.meta.dirname, '..');

/** A source file from its text. */
export function sourceFile(path: string, text: string): SourceFile {
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
}

/** All TypeScript files that match, sorted by path. */
export function readSourceTree(pattern: string): SourceFile[] {
  const paths = globSync(pattern, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return paths.toSorted().map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')));
}

// Strings and regular expressions come first, so that a `//` in them does not begin a comment.
const tokens =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`|\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]+|\/\/[^\n]*|\/\*[^]*?\*\//g;

function withoutComments(text: string): string {
  return text.replace(tokens, (token) => (/^\/[/*]/.test(token) ? token.replace(/[^\n]/g, ' ') : token));
}

const importForms = [
  /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]\s*,\s*import\.meta\.url\s*\)/g,
];

function importsOf(path: string, code: string): string[] {
  const named = importForms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''));
  return named.map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name));
}
