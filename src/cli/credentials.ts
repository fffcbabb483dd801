// Credentials of the command line, from where they cannot be seen by others: a file (`@token.txt`) or
// the environment (`{{$env.TOKEN}}`). Messages name the place, never the value.

import { readFileSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';

/**
 * The value itself.
 *
 * @param flag the option, such as `--bearer`
 * @throws UsageError `no_such_file`, `unreadable`, `bad_option`
 */
export function credentialFrom(text: string, flag: string, env: CliIo['env']): string {
  if (text.startsWith('@')) return firstLineOf(text.slice(1), flag);
  return text.replaceAll(/\{\{\s*\$env\.([^}\s]+)\s*\}\}/gu, (_, name: string) => {
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    throw new UsageError('bad_option', `The environment variable ${name}, which \`${flag}\` names, is not set`, {
      hint: `set it first: export ${name}=…`,
    });
  });
}

function firstLineOf(path: string, flag: string): string {
  try {
    return /^\uFEFF?([^\r\n]*)/u.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new UsageError('no_such_file', `There is no file ${path}, which \`${flag}\` names`, { cause });
    throw new UsageError(
      'unreadable',
      `The file ${path}, which \`${flag}\` names, cannot be read: ${code ?? 'unknown'}`,
      {
        cause,
      },
    );
  }
}
