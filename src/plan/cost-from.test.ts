import { expect, test } from 'vitest';
import { costOf, parseCostPath } from './cost-from.ts';

test.each([
  ['{"usage":{"total_tokens":812}}', 'usage.total_tokens', 812],
  ['\uFEFF \n{"cost":0}', 'cost', 0],
  ['{"cost":"12.5"}', 'cost', 12.5],
  ['[{"a":[1,{"b":3}]}]', '0.a.1.b', 3],
  ['{"cost":-1}', 'cost', null],
  ['{"cost":null}', 'cost', null],
  ['{"cost":1e999}', 'cost', null],
  ['{"cost":true}', 'cost', null],
  ['{"cost":[5]}', 'cost', null],
  ['{"usage":null}', 'usage.total_tokens', null],
  ['{"usage":"text"}', 'usage.0', null],
  ['{"a":1}', 'toString.length', null],
  ['{"cost":5', 'cost', null],
  ['cost: 5', 'cost', null],
  ['5', 'cost', null],
  ['', 'cost', null],
])('the cost in %s at %s is %j', (body, path, cost) => {
  expect(costOf(Buffer.from(body), parseCostPath(path, 'x'))).toBe(cost);
});

test.each(['', '.', 'usage.', '.usage', 'a..b', 'a[0].b', '$.usage', '{{usage}}', 'a b'])('%j is no path', (text) => {
  expect(() => parseCostPath(text, '`--cost-from`')).toThrow(
    expect.objectContaining({
      code: 'bad_option',
      message: `Expected \`--cost-from\` to be a path such as usage.total_tokens, got ${text === '' ? 'nothing' : JSON.stringify(text)}`,
      hint: 'names and indexes of arrays with dots between, without brackets: usages.0.tokens',
    }),
  );
});
