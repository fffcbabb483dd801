// Loads the module of a hook, in the process or in a thread, and says kindly what is wrong with it.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from '../../errors.ts';
import { readOptionFile } from '../../plan/option-file.ts';
import type { ResultHook } from './result-hook.ts';

const hint = 'It is a module for Node: export default (record, result) => ({ … })';

/** Where the module stands, as a URL. A path is relative to the working folder. */
export function hookModule(module: string | URL): string {
  const text = String(module);
  return module instanceof URL || /^(?:file|data):/.test(text) ? text : pathToFileURL(text).href;
}

/** @throws {UsageError} `no_such_file`, `unreadable`, `bad_option` if it cannot be used */
export async function loadHook(url: string): Promise<ResultHook> {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  if (path !== url) await readOptionFile(path, '--on-result');
  let module: { readonly default?: unknown };
  try {
    module = (await import(url)) as typeof module;
  } catch (cause) {
    throw new UsageError('bad_option', `--on-result: ${path} cannot be loaded: ${String(cause)}`, { hint, cause });
  }
  if (typeof module.default === 'function') return module.default as ResultHook;
  throw new UsageError('bad_option', `--on-result: ${path} has no function as its default export`, { hint });
}
