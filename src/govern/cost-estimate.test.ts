import { expect, test } from 'vitest';
import { CostEstimate } from './cost-estimate.ts';

test('the mean of what was seen; 1 before', () => {
  const estimate = new CostEstimate();
  expect(estimate.value).toBe(1);
  for (const cost of [100, 200, 600]) estimate.learn(cost);
  expect(estimate.value).toBe(300);
});

test('it follows costs that change, however many came before', () => {
  const estimate = new CostEstimate();
  for (let i = 0; i < 100_000; i++) estimate.learn(10);
  for (let i = 0; i < 500; i++) estimate.learn(1000);
  expect(estimate.value).toBeGreaterThan(980);
});
