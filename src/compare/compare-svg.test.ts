import { expect, test } from 'vitest';
import { comparedWays, waiting } from '../testing/compared-ways.ts';
import { drawSvg } from './compare-svg.ts';

const ways = comparedWays(waiting);
const picture = drawSvg(ways, '100 requests in each way', 'to https://h/?a=1&b=<2>');

function numbers(pattern: RegExp): number[] {
  return [...picture.matchAll(pattern)].map(([, value]) => Number(value));
}

test('bars are to scale', () => {
  const bars = numbers(/<rect class="bar" x="[\d.]+" y="\d+" width="([\d.]+)" height="22"/g);
  expect(bars).toHaveLength(5);
  for (const [at, { elapsedMs }] of ways.entries())
    expect(Math.abs((bars[at] ?? 0) - (440 * elapsedMs) / 10_220)).toBeLessThan(0.1);
  const starts = numbers(/<rect class="start" x="168" y="\d+" width="([\d.]+)"/g);
  expect(starts.map((width) => Math.round((width * 10_220) / 440 / 10) * 10)).toEqual([310, 240, 250]);
});

test('figures stand beside them, and foreign text is text', () => {
  expect(picture).toContain('>1.05 s + 0.31 s to start · 9.7×</text>');
  expect(picture).toContain('>100 at once · 1 thread · CPU 0.05 s · 62 MB</text>');
  expect(picture).toContain('https://h/?a=1&amp;b=&lt;2&gt;');
  expect(picture).not.toContain('<2>');
});

test('every element is closed, and nothing is loaded from elsewhere', () => {
  const tags = [...picture.matchAll(/<(\/?)([a-z]+)(?:"[^"]*"|[^">])*?(\/?)>/gi)];
  const open: (string | undefined)[] = [];
  const strangers = tags.filter(([, end, name, alone]) => {
    if (end === '/') return open.pop() !== name;
    if (alone !== '/') open.push(name);
    return false;
  });
  expect([tags.length > 20, strangers, open]).toEqual([true, [], []]);
  expect(picture.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/href|src=|@import|url\((?!#)/);
  expect(picture).toContain('prefers-color-scheme:dark');
});

test('the same figures make the same picture', () => {
  expect(drawSvg(comparedWays(waiting), '100 requests in each way', 'to https://h/?a=1&b=<2>')).toBe(picture);
});
