import { expect, test } from 'vitest';
import { drawBar, drawSparkline } from './charts.ts';

test('a bar fills its share, to an eighth', () => {
  expect(drawBar(1, 5)).toBe('█████');
  expect(drawBar(0.5, 5)).toBe('██▌');
  expect(drawBar(0.1, 5)).toBe('▌');
  expect(drawBar(0, 5)).toBe('');
});

test('what is more than nothing shows', () => {
  expect(drawBar(1e-9, 5)).toBe('▏');
  expect(drawSparkline([0, 1e-9, 1])).toBe(' ▁█');
});

test('a sparkline goes from nothing to the largest', () => {
  expect(drawSparkline([0, 1, 2, 3, 4, 5, 6, 7, 8])).toBe(' ▁▂▃▄▅▆▇█');
  expect(drawSparkline([5, 5])).toBe('██');
  expect(drawSparkline([0, 0])).toBe('  ');
  expect(drawSparkline([])).toBe('');
});
