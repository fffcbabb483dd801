import { describe, expect, test } from 'vitest';
import type { UsageError } from '../errors.ts';
import type { CommandSpec } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

const spec: CommandSpec = {
  name: 'make',
  summary: '',
  usage: 'make <thing> [options]',
  argument: { name: 'thing', help: 'what to make' },
  options: [
    { name: 'limit', short: 'l', value: 'N', group: 'A', help: '' },
    { name: 'header', short: 'H', value: 'TEXT', repeat: true, group: 'A', help: '' },
    { name: 'force', short: 'f', group: 'A', help: '' },
    { name: 'sample', value: '[N]', group: 'A', help: '' },
  ],
  notes: [],
  examples: [],
};

function parsed(words: string[]): Record<string, unknown> {
  const found = parseArguments(spec, words);
  const names = ['limit', 'header', 'force', 'sample', 'help'].filter((name) => found.has(name));
  return { argument: found.argument, ...Object.fromEntries(names.map((name) => [name, found.list(name)])) };
}

function problem(words: string[]): string {
  try {
    return `parsed: ${JSON.stringify(parsed(words))}`;
  } catch (error) {
    const { code, message, hint } = error as UsageError;
    return `${code}: ${message}${hint === null ? '' : ` | ${hint}`}`;
  }
}

describe('taken', () => {
  test.each([
    [['x'], { argument: 'x' }],
    [['x', '--limit', '5', '-l6', '--limit=7'], { argument: 'x', limit: ['5', '6', '7'] }],
    [['-fl', '5', 'x'], { argument: 'x', force: [''], limit: ['5'] }],
    [['-H', 'A: b', '--header=C: d', '-'], { argument: '-', header: ['A: b', 'C: d'] }],
    [['x', '--limit', '-5'], { argument: 'x', limit: ['-5'] }],
    [['x', '--header', '-'], { argument: 'x', header: ['-'] }],
    [['x', '--header='], { argument: 'x', header: [''] }],
    [['x', '--header=--force'], { argument: 'x', header: ['--force'] }],
    [['--', '--force'], { argument: '--force' }],
    [['--sample', 'x'], { argument: 'x', sample: [''] }],
    [['--sample', '5', 'x'], { argument: 'x', sample: ['5'] }],
    [['x', '--sample', '5'], { argument: 'x', sample: ['5'] }],
    [['5', '--sample', '5'], { argument: '5', sample: ['5'] }],
    [['--sample=5', '5'], { argument: '5', sample: ['5'] }],
    [['x', '--sample'], { argument: 'x', sample: [''] }],
    [['--help'], { argument: '', help: [''] }],
    [['x', 'y', 'z', '-h'], { argument: '', help: [''] }],
  ])('%j', (words, expected) => {
    expect(parsed(words)).toEqual(expected);
  });

  test('of a value given twice, the last one counts', () => {
    expect(parseArguments(spec, ['x', '-l1', '-l2']).text('limit')).toBe('2');
    expect(parseArguments(spec, ['x']).text('limit')).toBeUndefined();
  });
});

describe('refused', () => {
  test.each([
    [['x', '--limt', '5'], 'unknown_option: `manyfetch make` has no option `--limt` | did you mean `--limit`?'],
    [['x', '--lim=5'], 'unknown_option: `manyfetch make` has no option `--lim` | did you mean `--limit`?'],
    [['x', '-z'], 'unknown_option: `manyfetch make` has no option `-z` | `manyfetch make --help` lists the options'],
    [
      ['x', '--quetzalcoatl'],
      'unknown_option: `manyfetch make` has no option `--quetzalcoatl` | `manyfetch make --help` lists the options',
    ],
    [['x', '--limit'], 'bad_option: `--limit` needs a value | write --limit N'],
    [
      ['x', '--limit', '--force'],
      'bad_option: `--limit` needs a value, and the option --force follows | if that is the value, write --limit=--force',
    ],
    [
      ['x', '--limit', '-f'],
      'bad_option: `--limit` needs a value, and the option -f follows | if that is the value, write --limit=-f',
    ],
    [['x', '--force=yes'], 'bad_option: `--force` takes no value, got "yes"'],
    [[], 'bad_option: <thing> is missing: what to make | usage: manyfetch make <thing> [options]'],
    [['x', 'y z'], 'bad_option: Expected one <thing>, got "x" and "y z" | usage: manyfetch make <thing> [options]'],
  ])('%j', (words, expected) => {
    expect(problem(words)).toBe(expected);
  });

  test('an argument where none is taken', () => {
    expect(() => parseArguments({ ...spec, argument: null }, ['x'])).toThrow(
      '`manyfetch make` takes no argument, got "x"',
    );
    expect(parseArguments({ ...spec, argument: null }, ['-f']).argument).toBe('');
  });
});
