// What users name as work, made into what can be sent to a worker; and there into a function again. Functions travel as
// text, without what they close over: that they need something of it is told as what it is.

import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { badValue } from '../concurrency/bad-value.ts';
import { UsageError } from '../errors.ts';
import type { Target } from './messages.ts';

/** A function that a module exports. */
export interface ModuleCall {
  /** A URL (`new URL('./work.ts', import.meta.url)`, `import.meta.url`), an absolute path, or a module of Node (`node:zlib`). */
  readonly module: string | URL;
  /** The name under which it is exported. @default 'default' */
  readonly name?: string | undefined;
}

/** A function with no names in it but its own, its arguments, and what is there everywhere. */
export type AnyFunction = (...args: never[]) => unknown;

export type Callable = (...args: unknown[]) => unknown;

const moduleHint =
  'Give the function, not a call of it; one of a module as { module: new URL(path, import.meta.url), name }.';

/** @throws UsageError for what cannot be called in a worker. @param what its user gave, in backticks */
export function targetOf(work: AnyFunction | ModuleCall, what: string = '`work`'): Target {
  if (typeof work === 'function') return inlineTarget(work);
  if (typeof work !== 'object' || work === null || !('module' in work))
    throw badValue(what, 'a function, or { module, name }', work, moduleHint);
  const { module, name = 'default' } = work;
  if (typeof name !== 'string' || name === '') throw badValue('`name`', 'the name of an export', name);
  return { kind: 'export', module: moduleUrl(module), name };
}

function moduleUrl(module: string | URL): string {
  const text = String(module);
  if (module instanceof URL || /^(?:file|node|data):/.test(text)) return text;
  if (isAbsolute(text)) return pathToFileURL(text).href;
  // What it is relative to would be ours, not the caller's.
  const how = text.startsWith('.') ? `new URL('${text}', import.meta.url)` : `import.meta.resolve('${text}')`;
  throw badValue('`module`', 'a URL or an absolute path', module, `Write \`${how}\`.`);
}

const native = /\{\s*\[native code\]\s*\}\s*$/;

function inlineTarget(work: AnyFunction): Target {
  const source = Function.prototype.toString.call(work);
  const name = work.name === '' ? 'the function' : work.name;
  // Text of functions, arrow functions, and nothing else that a function can be: a method is no expression.
  const isExpression = /^(?:async\s*)?(?:function\b|\(|[\p{L}_$][\p{L}\p{N}_$]*\s*=>)/u.test(source);
  if (!isExpression || native.test(source)) {
    const hint =
      'Bound functions, methods, classes and those of Node have no text: give a module and the name of an export, or write `(x) => f(x)`.';
    throw badValue('`work`', 'a function that can be sent as text', name, hint);
  }
  return { kind: 'inline', name, source };
}

/** Functions by their text. A program has few; one that makes them up must not fill the memory. */
const compiled = new Map<string, Callable>();
const mostCompiled = 1000;

/** In a worker: the function itself. */
export async function callableOf(target: Target): Promise<Callable> {
  if (target.kind === 'inline') return inlineCallable(target.source);
  const exported = (await import(target.module)) as Readonly<Record<string, unknown>>;
  const work = exported[target.name];
  if (typeof work === 'function') return work as Callable;
  const names = Object.keys(exported).toSorted().join(', ');
  throw new UsageError('bad_option', `${target.module} exports no function \`${target.name}\``, {
    hint: names === '' ? 'It exports nothing.' : `It exports: ${names}.`,
  });
}

function inlineCallable(source: string): Callable {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (compiled.size >= mostCompiled) compiled.clear();
  // `import()` within finds what the working folder of the program finds.
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  // tsx and esbuild write `__name(f, 'f')` around functions within functions, to keep their names.
  const script = new Script(`"use strict";((__name) => (${source}))((named) => named)`, { importModuleDynamically });
  const work = script.runInThisContext() as Callable;
  compiled.set(source, work);
  return work;
}

/** In a worker: a name that an inline function does not find was that of something which stayed at home. */
export function explained(error: unknown, target: Target): unknown {
  if (target.kind !== 'inline' || !(error instanceof ReferenceError)) return error;
  return new UsageError('not_self_contained', `${target.name} uses what does not exist in a worker: ${error.message}`, {
    hint: 'A function is sent as its text, without what surrounds it: give values as arguments, `import()` modules within it, or put it in a module.',
    cause: error,
  });
}
