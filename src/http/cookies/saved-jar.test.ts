// A jar in a file: who may read it, that it is there wholly or not at all, and what a file that is no jar is told.

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Target, startTarget } from '../../target/start-target.ts';
import { CookieJar } from './cookie-jar.ts';

let folder = '';
let target: Target;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-file-'));
  target = await startTarget();
});
afterAll(async () => {
  await target.close();
  await rm(folder, { recursive: true });
});

test('a login goes on in another process: cookies of the session are kept, what expired is not', async () => {
  const path = join(folder, 'session.json');
  const jar = new CookieJar();
  const answer = await fetch(`${target.url}/cookies/set?session=s%201&theme=dark`);
  jar.store(answer.url, answer.headers.getSetCookie());
  jar.store(answer.url, ['gone=1; Max-Age=0']);
  await jar.save(path);
  const cookie = (await CookieJar.load(path)).header(`${target.url}/cookies`) ?? '';
  const echo = await fetch(`${target.url}/cookies`, { headers: { cookie } });
  expect(await echo.json()).toEqual({ cookies: { session: 's%201', theme: 'dark' } });
});

test('only its owner may read it, whoever could read what stood there before', async () => {
  const path = join(folder, 'private.json');
  await writeFile(path, 'old', { mode: 0o644 });
  await new CookieJar().save(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ version: 1, cookies: [] });
});

test('saving that fails leaves the old file, and nothing else', async () => {
  const own = join(folder, 'failing');
  await mkdir(join(own, 'jar.json', 'in-the-way'), { recursive: true });
  const jar = new CookieJar();
  await expect(jar.save(join(own, 'jar.json'))).rejects.toMatchObject({ code: 'disk_failed' });
  expect(await readdir(own)).toEqual(['jar.json']);
  await expect(jar.save(join(own, 'none', 'jar.json'))).rejects.toMatchObject({ hint: 'its folder has to exist' });
});

test('many saves at once: the file is one of them', async () => {
  const path = join(folder, 'many.json');
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const jar = new CookieJar();
      jar.set('https://example.com/', 'a', 'x'.repeat(i * 100));
      await jar.save(path);
    }),
  );
  expect((await CookieJar.load(path)).all()).toHaveLength(1);
});

const good = {
  name: 'a',
  value: 'hunter2',
  domain: 'example.com',
  hostOnly: true,
  path: '/',
  secure: false,
  httpOnly: false,
  sameSite: null,
  expiresMs: null,
};

test.each<[what: string, text: string, message: RegExp]>([
  ['no JSON', '{"hunter2', /no saved jar/],
  ['null', 'null', /no saved jar/],
  ['another version', '{"version":2,"cookies":[]}', /no version 1/],
  [
    'no cookie',
    JSON.stringify({ version: 1, cookies: [good, null] }),
    /cookie 2 of the saved jar has no usable `name`/,
  ],
  ...Object.entries({
    value: 'hunter2; b',
    domain: '',
    hostOnly: 1,
    path: 'x',
    secure: null,
    sameSite: 'no',
    expiresMs: '5',
    name: 'a=b',
  }).map(([name, value]): [string, string, RegExp] => [
    `a bad ${name}`,
    JSON.stringify({ version: 1, cookies: [{ ...good, [name]: value }] }),
    new RegExp(`cookie 1 of the saved jar has no usable \`${name}\``),
  ]),
])('%s is told with the file, and without what is in it', async (_, text, message) => {
  const path = join(folder, 'bad.json');
  await writeFile(path, text);
  await expect(CookieJar.load(path)).rejects.toMatchObject({
    code: 'bad_input',
    message: expect.stringMatching(message),
  });
  await expect(CookieJar.load(path)).rejects.toMatchObject({ message: expect.stringContaining(path) });
  await expect(CookieJar.load(path)).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') });
});

test('a file that is not there, or may not be read', async () => {
  await expect(CookieJar.load(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'no_such_file' });
  await mkdir(join(folder, 'a-folder'));
  await chmod(join(folder, 'a-folder'), 0o700);
  await expect(CookieJar.load(join(folder, 'a-folder'))).rejects.toMatchObject({ code: 'unreadable' });
});
