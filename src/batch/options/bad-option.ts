// How an option is named in messages: as the user wrote it. What is said of a value that it does not take stands in
// `concurrency/bad-value.ts`.

export { badValue as badOption } from '../../concurrency/bad-value.ts';

/** How options are named in messages: as properties in code, or as flags on the command line. */
export type OptionNaming = 'code' | 'command-line';

const flagNames: Readonly<Record<string, string>> = {
  input: '<input>',
  headers: '--header',
  socketPath: '--unix-socket',
};

/**
 * The name of an option as its user knows it, in backticks.
 *
 * @example optionName('maxWaitMs', 'command-line') // '`--max-wait`'
 */
export function optionName(key: string, naming: OptionNaming): string {
  if (naming === 'code') return `\`${key}\``;
  const kebab = key.replace(/Ms$/u, '').replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  return `\`${flagNames[key] ?? `--${kebab}`}\``;
}
