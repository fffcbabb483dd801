// Draws the help pages out of the tables of commands and options. Pure; no line is longer than 100
// columns, except for an example that cannot be broken.

import type { CommandSpec, OptionSpec } from './command.ts';

const columns = 100;
const helpColumn = 32;

/** The page of one command, with a line end at its end. */
export function renderCommandHelp(spec: CommandSpec): string {
  const groups = new Set(spec.options.map(({ group }) => group));
  const named = [spec.argument ?? [], spec.further ?? []].flat();
  const argument = named.map(({ name, help }) => item(`<${name}>`, help));
  const blocks = [
    [`Usage: manyfetch ${spec.usage}`],
    wrapped(spec.summary, 0),
    ...(argument.length > 0 ? [argument] : []),
    ...[...groups].map((group) => [
      group,
      ...spec.options.filter((option) => option.group === group).map((option) => item(termOf(option), helpOf(option))),
    ]),
    ...spec.notes.map((note) => wrapped(note, 0)),
    [spec.examples.length > 1 ? 'Examples' : 'Example', ...spec.examples.map((example) => `  ${example}`)],
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The page of the program, with a line end at its end. */
export function renderOverallHelp(version: string, commands: readonly { usage: string; summary: string }[]): string {
  const blocks = [
    [`manyfetch ${version}`, 'Send any number of HTTP requests at once, and know what happened to every one of them.'],
    ['Usage: manyfetch <command> [options]'],
    ['Commands', ...commands.map(({ usage, summary }) => item(usage, summary))],
    [
      'Options',
      item('-h, --help', 'show this page; after a command, the page of that command'),
      item('-V, --version', 'show the version'),
    ],
    [
      'Exit codes',
      ...['0  every record is ok', '1  finished, and some records failed or are unknown'].map(indented),
      ...['2  bad usage or input; nothing was sent', '3  stopped before the end; the same command resumes'].map(
        indented,
      ),
      ...['4  a bug, or a disk that cannot be written'].map(indented),
    ],
    ['Example', `  manyfetch run orders.jsonl --url 'https://example.com/orders/{{id}}' --record-as-json`],
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function indented(line: string): string {
  return `  ${line}`;
}

function termOf({ name, short, value }: OptionSpec): string {
  const shownValue = value === undefined ? '' : ` ${value}`.replace(' [=', '[=');
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${shownValue}`;
}

function helpOf(option: OptionSpec): string {
  const repeat = option.repeat === true ? '; may be repeated' : '';
  return `${option.help}${repeat}${option.default === undefined ? '' : ` (default ${option.default})`}`;
}

function item(term: string, help: string): string {
  const lines = wrapped(help, helpColumn);
  const start = `  ${term}`;
  if (start.length > helpColumn - 2) return [start, ...lines].join('\n');
  return [start.padEnd(helpColumn) + (lines[0] ?? '').trimStart(), ...lines.slice(1)].join('\n');
}

/** The text, broken between words, each line indented. */
export function wrapped(text: string, indent: number, width: number = columns): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${' '.repeat(indent)}${each}`);
}
