// The real command on a file system that is really full, and on outputs whose reader goes away.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTarget } from '../../src/target/start-target.ts';
import { compileOnce, manyfetch } from '../cli/manyfetch.ts';

const entry = join(import.meta.dirname, '../../bin/manyfetch.js');
const records = 2000;
let folder = '';
let target: Awaited<ReturnType<typeof startTarget>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-full-'));
  writeFileSync(join(folder, 'in.jsonl'), Array.from({ length: records }, (_, n) => `{"n":${n}}\n`).join(''));
  target = await startTarget();
});

afterEach(async () => {
  await target.close();
  rmSync(folder, { recursive: true });
});

const words = (output: string) => [
  'run',
  join(folder, 'in.jsonl'),
  '--url',
  `${target.url}/hello?n={{n}}`,
  '-o',
  output,
];

/** Why there is no small file system to fill; null if there is one. */
const reason = mountReason();

function mountReason(): string | null {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  const at = mkdtempSync(join(tmpdir(), 'manyfetch-mount-'));
  const { status, stderr } = spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at], {
    encoding: 'utf8',
  });
  if (status === 0) spawnSync('/bin/umount', [at]);
  rmSync(at, { recursive: true });
  return status === 0 ? null : `tmpfs cannot be mounted: ${stderr ?? 'no mount command'}`.trim();
}

describe.skipIf(reason !== null)(`on a disk that is full${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let small = '';

  beforeEach(() => {
    small = mkdtempSync(join(tmpdir(), 'manyfetch-small-'));
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
  });

  afterEach(() => {
    execFileSync('/bin/umount', [small]);
    rmSync(small, { recursive: true });
  });

  test('the run stops with exit code 4, and goes on when there is space', async () => {
    const ballast = join(small, 'ballast');
    const output = join(small, 'out.jsonl');
    writeFileSync(ballast, Buffer.alloc(850_000));
    const stopped = await manyfetch([...words(output), '--progress', 'none']);
    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toContain(`manyfetch: no space is left to write ${output}`);
    expect(stopped.stderr).toContain('make space, then run the same command again: it goes on where it stopped');
    expect(stopped.stderr).toContain('Go on where it stopped:');
    expect(statSync(output).size).toBeGreaterThan(20_000);

    // Still full: nothing is sent, nothing is lost.
    const before = target.stats().total;
    const still = await manyfetch([...words(output), '--progress', 'none']);
    expect([still.code, /no space is left/u.test(still.stderr)]).toEqual([4, true]);
    expect(target.stats().total - before).toBeLessThan(records / 2);

    unlinkSync(ballast);
    const finished = await manyfetch([...words(output), '--progress', 'none']);
    expect(finished.code).toBe(0);
    expect((await manyfetch(['verify', output])).code).toBe(0);
    expect(readFileSync(output, 'utf8').trimEnd().split('\n')).toHaveLength(records);
  });
});

describe('on standard output', () => {
  test('a reader that goes away stops the run: exit code 3, and no stack trace', async () => {
    const { stdout, stderr } = await shell('| head -1');
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('code 3');
    expect(stderr).not.toMatch(/\n\s+at |EPIPE|bug/u);
  });

  test('a device that is full is a disk that is full: exit code 4', async () => {
    const { stderr } = await shell('> /dev/full');
    expect(stderr).toContain('code 4');
    expect(stderr).toContain('manyfetch: no space is left to write standard output');
    expect(stderr).not.toMatch(/\n\s+at |bug/u);
  });
});

/** The command with its results on standard output, and what follows it on a line of bash. */
function shell(command: string) {
  const line = words('-')
    .map((word) => `'${word}'`)
    .join(' ');
  const script = `set -o pipefail; '${process.execPath}' '${entry}' ${line} --progress none ${command}; echo "code \${PIPESTATUS[0]}" >&2`;
  return bash(script);
}

/** Runs a line of bash; this process serves the target meanwhile, so it must not be blocked. */
async function bash(script: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn('bash', ['-c', script], { env: { ...process.env, ...compileOnce } });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}
