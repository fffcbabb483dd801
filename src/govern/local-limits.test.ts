import { expect, test } from 'vitest';
import { limitConcurrency, readMachineFacts, requestsAConnection } from './local-limits.ts';

const roomy = { openFilesLimit: 1_048_576, openFiles: 40, ports: 28_232 };

test('what is asked for is taken when the machine allows it', () => {
  expect(limitConcurrency(500, roomy)).toEqual({ concurrency: 500, explanation: 'concurrency 500' });
  expect(limitConcurrency(25_408, roomy).concurrency).toBe(25_408);
});

test('what is asked for is lowered to the files that may be opened', () => {
  expect(limitConcurrency(5_000, { openFilesLimit: 1_024, openFiles: 60, ports: 28_232 })).toEqual({
    concurrency: 900,
    explanation:
      'concurrency 900 instead of 5,000: this process may open 1,024 files, and 60 are open; raise it with ulimit -n',
  });
});

test('what is asked for is lowered to the ports there are', () => {
  expect(limitConcurrency(30_000, roomy)).toEqual({
    concurrency: 25_408,
    explanation:
      'concurrency 25,408 instead of 30,000: this machine has 28,232 ports to connect from (net.ipv4.ip_local_port_range)',
  });
});

test('auto has the ceiling of the machine, and names it', () => {
  expect(limitConcurrency('auto', { openFilesLimit: 20_000, openFiles: 96, ports: 28_232 })).toEqual({
    concurrency: 19_840,
    explanation: 'concurrency is found per origin, at most 19,840: this process may open 20,000 files',
  });
  expect(limitConcurrency('auto', roomy)).toEqual({
    concurrency: 25_408,
    explanation:
      'concurrency is found per origin, at most 25,408: this machine has 28,232 ports to connect from (net.ipv4.ip_local_port_range)',
  });
});

test('who wants no limit has all that the machine holds, and it is not called less than that', () => {
  expect(limitConcurrency(Number.MAX_SAFE_INTEGER, roomy)).toEqual({
    concurrency: 25_408,
    explanation: 'concurrency 25,408: this machine has 28,232 ports to connect from (net.ipv4.ip_local_port_range)',
  });
});

test('of few files only a share is left alone', () => {
  const few = { openFilesLimit: 60, openFiles: 26, ports: 28_232 };
  expect(limitConcurrency(500, few).concurrency).toBe(20);
});

test('auto says how to have more files, where there are few', () => {
  const { concurrency, explanation } = limitConcurrency('auto', { openFilesLimit: 256, openFiles: 32, ports: 16_384 });
  expect(concurrency).toBe(160);
  expect(explanation).toMatch(/at most 160: .*256 files, and 32 are open; raise it with ulimit -n$/);
});

test('what the system does not tell is no limit to a number, and auto stays finite', () => {
  const silent = { openFilesLimit: null, openFiles: 32, ports: null };
  expect(limitConcurrency(50_000, silent).concurrency).toBe(50_000);
  expect(limitConcurrency('auto', silent)).toEqual({
    concurrency: 14_745,
    explanation:
      'concurrency is found per origin, at most 14,745: 16,384 ports to connect from are usual, and this system does not tell how many it has',
  });
});

test('one is always allowed', () => {
  const full = { openFilesLimit: 64, openFiles: 64, ports: 28_232 };
  expect(limitConcurrency('auto', full).concurrency).toBe(1);
  expect(limitConcurrency(10, full).concurrency).toBe(1);
});

test('this machine tells something that makes sense', () => {
  const facts = readMachineFacts();
  expect(facts.openFiles).toBeGreaterThan(2);
  const { concurrency } = limitConcurrency('auto', facts);
  expect(Number.isSafeInteger(concurrency)).toBe(true);
  expect(concurrency).toBeGreaterThan(0);
});

test('where HTTP/2 is insisted on many requests share a connection, so that a number that is given may be higher', () => {
  const shared = requestsAConnection('2');
  expect([requestsAConnection('1.1'), requestsAConnection('auto'), shared]).toEqual([1, 1, 100]);
  expect(limitConcurrency(200_000, roomy, shared)).toEqual({
    concurrency: 200_000,
    explanation: 'concurrency 200,000',
  });
  expect(limitConcurrency(5_000_000, roomy, shared).concurrency).toBe(2_540_800);
  expect(limitConcurrency('auto', roomy, shared)).toEqual(limitConcurrency('auto', roomy));
});
