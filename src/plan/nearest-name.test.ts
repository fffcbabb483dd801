import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

test.each([
  ['custmer', ['order', 'customer', 'consumer'], 'customer'],
  ['userName', ['user_name', 'name'], 'user_name'],
  ['ID', ['idx', 'id'], 'id'],
  ['completely', ['different'], null],
  ['x', [], null],
])('%s among %j is %s', (wanted, names, nearest) => {
  expect(nearestName(wanted, names)).toBe(nearest);
});
