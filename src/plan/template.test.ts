import { expect, test } from 'vitest';
import { constantText, parseTemplate, type Template } from './template.ts';

const secrets = new Set<string>();

function parse(text: string): Template {
  return parseTemplate(text, { option: '--data', env: { A: 'value', EMPTY: '' }, secrets });
}

test.each([
  ['', []],
  ['plain } }} { text', [{ kind: 'text', text: 'plain } }} { text' }]],
  ['{{a}}', [{ kind: 'field', name: 'a', keys: ['a'] }]],
  [
    '{{ First Name }}!',
    [
      { kind: 'field', name: 'First Name', keys: ['First Name'] },
      { kind: 'text', text: '!' },
    ],
  ],
  ['{{a.0.b}}{{$index}}', [{ kind: 'field', name: 'a.0.b', keys: ['a', '0', 'b'] }, { kind: 'index' }]],
  ['x{{$id}}', [{ kind: 'text', text: 'x' }, { kind: 'id' }]],
  ['{{$env.A}}', [{ kind: 'secret', name: '$env.A', text: 'value' }]],
  ['a\\{{b}}c', [{ kind: 'text', text: 'a{{b}}c' }]],
  [
    '\\{{\\{{{{a}}',
    [
      { kind: 'text', text: '{{{{' },
      { kind: 'field', name: 'a', keys: ['a'] },
    ],
  ],
])('%j', (text, parts) => {
  expect(parse(text)).toEqual(parts);
});

test('values of the environment are told, empty ones are no secret', () => {
  secrets.clear();
  parse('{{$env.A}}{{$env.EMPTY}}');
  expect([...secrets]).toEqual(['value']);
});

test.each(['{{a', '{{}}', '{{a{b}}', '{{$ix}}', '{{$env.}}', '{{$env.NOPE}}', '{{$env.constructor}}'])(
  '%s is refused',
  (text) => {
    expect(() => parse(text)).toThrow(/^--data: /);
  },
);

test('a template without values of the record is constant', () => {
  expect(constantText(parse('a{{$env.A}}'))).toBe('avalue');
  expect(constantText(parse('a{{$index}}'))).toBeNull();
});
