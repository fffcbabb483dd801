// The jar: the rules of RFC 6265bis as they are seen from outside, and what is ours: expiry by our clock, and bounds.

import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../concurrency/clock.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { CookieJar } from './cookie-jar.ts';

const from = 'https://www.example.com/a/b';

test.each<[what: string, setCookie: string | readonly string[], url: string, header: string | null]>([
  ['the host that set it', 'a=1', 'https://www.example.com/a/', 'a=1'],
  ['not another host of its domain', 'a=1', 'https://api.example.com/a/', null],
  ['with a domain all hosts of it', 'a=1; Domain=.Example.com', 'https://api.example.com/a/', 'a=1'],
  ['not a host that only ends alike', 'a=1; Domain=example.com', 'https://badexample.com/a/', null],
  ['not for a public suffix', 'a=1; Domain=com', 'https://www.example.com/a/', null],
  ['not for another domain', 'a=1; Domain=example.org', 'https://example.org/a/', null],
  ['not above the path that set it', 'a=1', 'https://www.example.com/', null],
  ['not beside it', 'a=1; Path=/ab', 'https://www.example.com/abc', null],
  ['below its path', 'a=1; Path=/a', 'https://www.example.com/a/c/d', 'a=1'],
  [
    'longer paths first, then older',
    ['x=1; Path=/', 'y=2; Path=/', 'z=3; Path=/a/'],
    'https://www.example.com/a/',
    'z=3; x=1; y=2',
  ],
  ['a new value in the old place', ['x=1; Path=/', 'y=2; Path=/', 'x=3; Path=/'], from, 'x=3; y=2'],
  ['Secure: not without TLS', 'a=1; Secure', 'http://www.example.com/a/', null],
  ['HttpOnly and SameSite: like others', 'a=1; HttpOnly; SameSite=Strict', 'https://www.example.com/a/', 'a=1'],
  ['__Host- without what it promises', '__Host-a=1; Secure', from, null],
  ['__Host- with it', '__Host-a=1; Secure; Path=/', from, '__Host-a=1'],
  [
    'the same in another case',
    ['__hOST-a=1; Secure; Path=/; Domain=www.example.com', '__SECURE-b=1; Path=/'],
    from,
    null,
  ],
  ['its name in a value', ['=__Host-a=1; Path=/', '__secure-; Path=/'], from, null],
  ['a value with =, quotes and Latin-1', 'a="b=c é"; Path=/', from, 'a="b=c é"'],
  ['without a name', 'just-a-value; Path=/', from, 'just-a-value'],
  ['garbage', ['', ';;;', '=', 'a=\u0001b', 'ok=1; Path=/; Expires=never; Max-Age=soon'], from, 'ok=1'],
  ['larger than 4 KiB', `a=${'x'.repeat(4096)}; Path=/`, from, null],
  ['Expires in the past', ['a=1; Path=/', 'a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], from, null],
  ['Max-Age before Expires', 'a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', from, 'a=1'],
])('%s: %j', (_, setCookie, url, header) => {
  const jar = new CookieJar();
  jar.store(from, [setCookie].flat());
  expect(jar.header(url)).toBe(header);
});

test.each(['http://127.0.0.1:8080/', 'http://[::1]:8080/', 'http://localhost/'])(
  '%s: its cookies come back, Secure ones too',
  (url) => {
    const jar = new CookieJar();
    jar.store(url, ['a=1', 'b=2; Secure']);
    expect(jar.header(url)).toBe('a=1; b=2');
  },
);

test('ports and http or https share cookies; a cookie that came without TLS does not displace one that came with it', () => {
  const jar = new CookieJar();
  jar.store('https://example.com:8443/', ['a=1', 's=2; Secure']);
  jar.store('http://example.com/', ['s=evil', 'a=3']);
  expect(jar.header('http://example.com:8080/')).toBe('a=3');
  expect(jar.header('https://example.com/')).toBe('a=3; s=2');
});

test('a Max-Age counts from when the cookie came, however much it is used', () => {
  const clock = new FakeClock();
  const jar = new CookieJar({ clock });
  jar.store(from, [
    'a=1; Max-Age=60; Path=/',
    'b=2; Path=/',
    `c=3; Path=/; Expires=${new Date(clock.wallNow() + 60_000).toUTCString()}`,
  ]);
  for (let second = 0; second < 60; second += 10) {
    expect(jar.header(from)).toBe('a=1; b=2; c=3');
    clock.advance(10_000);
  }
  expect(jar.header(from)).toBe('b=2');
  expect(jar.all().map(({ name }) => name)).toEqual(['b']);
});

test('a Max-Age beyond all time, or below none', () => {
  const jar = new CookieJar();
  jar.store(from, [`a=1; Path=/; Max-Age=${'9'.repeat(30)}`, 'b=1; Path=/; Max-Age=-5', 'c=1; Path=/; Max-Age=0']);
  expect(jar.header(from)).toBe('a=1');
  expect(CookieJar.fromJSON(JSON.parse(JSON.stringify(jar))).header(from)).toBe('a=1');
});

test('a domain keeps 180 cookies; the one that was used longest ago goes, and other domains lose none', () => {
  const clock = new FakeClock();
  const jar = new CookieJar({ clock });
  jar.store('https://other.example/', ['kept=1']);
  for (let i = 0; i < 500; i += 1) {
    clock.advance(1000);
    jar.header('https://www.example.com/used/');
    jar.store(from, [i === 0 ? 'used=1; Path=/used' : `c${i}=1; Path=/a`]);
  }
  expect(jar.all()).toHaveLength(181);
  expect(jar.header('https://www.example.com/used/')).toBe('used=1');
  expect(jar.header(from)?.split('; ').at(-1)).toBe('c499=1');
  expect(jar.header('https://other.example/')).toBe('kept=1');
});

test('a domain that is full loses what expired before it loses what is good', () => {
  const clock = new FakeClock();
  const jar = new CookieJar({ clock });
  for (let i = 0; i < 180; i += 1) {
    clock.advance(1);
    jar.store(from, [`c${i}=1; Path=/${i >= 100 ? '; Max-Age=60' : ''}`]);
  }
  clock.advance(60_000);
  jar.store(from, ['new=1; Path=/']);
  expect(jar.all()).toHaveLength(101);
  expect(jar.header(from)).toMatch(/^c0=1; c1=1;.*; c99=1; new=1$/);
});

test('what expired is forgotten, also of hosts that are never asked again', () => {
  const clock = new FakeClock();
  const jar = new CookieJar({ clock });
  for (let i = 0; i < 10_000; i += 1) {
    clock.advance(100);
    jar.store(`https://host-${i}.example/`, ['a=1; Max-Age=10']);
  }
  const { cookies, domains } = jar.statistics();
  expect(jar.all()).toHaveLength(100);
  expect(Math.max(cookies, domains)).toBeLessThan(1500);
});

test('a request costs what its host costs, in a jar of 20,000 hosts', () => {
  const jar = new CookieJar();
  for (let i = 0; i < 20_000; i += 1) jar.store(`https://host-${i}.example/`, ['a=1']);
  const before = performance.now();
  for (let i = 0; i < 1000; i += 1) jar.header(`https://host-${i}.example/`);
  // A look at all of them took 2 ms each time.
  expect(performance.now() - before).toBeLessThan(500);
});

test('cookies set by hand follow the same rules, and say when they cannot', () => {
  const jar = new CookieJar();
  jar.set('https://www.example.com/x', 'theme', 'dark', { domain: 'example.com', secure: true });
  jar.set('https://www.example.com/x', 'deep', '1', { path: '/x' });
  expect(jar.header('https://api.example.com/')).toBe('theme=dark');
  expect(jar.header('https://www.example.com/x/y')).toBe('deep=1; theme=dark');
  const refused = expect.objectContaining({ code: 'bad_option', message: expect.not.stringContaining('hunter2') });
  expect(() => jar.set(from, 'a', 'hunter2; Domain=com')).toThrow(refused);
  expect(() => jar.set(from, 'a', 'hunter2\r\n')).toThrow(refused);
  expect(() => jar.set(from, 'a', 'hunter2', { domain: 'co.uk' })).toThrow(refused);
  expect(() => jar.set(from, 'a=b', 'hunter2')).toThrow(refused);
  expect(() => jar.set('http://example.com', 'a', 'hunter2', { secure: true })).toThrow(refused);
  expect(() => jar.set('/a?token=hunter2', 'a', '1')).toThrow(refused);
});

test('clear forgets all, or one domain', () => {
  const jar = new CookieJar();
  jar.store('https://a.example.com/', ['a=1', 'p=1; Domain=example.com']);
  jar.store('https://notexample.com/', ['b=1']);
  jar.clear('Example.com');
  expect(jar.all().map(({ name, domain, hostOnly }) => [name, domain, hostOnly])).toEqual([
    ['b', 'notexample.com', true],
  ]);
  jar.clear();
  expect([jar.all(), jar.header('https://notexample.com/')]).toEqual([[], null]);
});

test('printing a jar does not show what is in it', () => {
  const jar = new CookieJar();
  jar.store(from, ['session=hunter2']);
  expect(inspect(jar, { depth: 9, showHidden: true })).not.toContain('hunter2');
});

test('JSON and back: the same header for each URL', () => {
  const host = fc.constantFrom('example.com', 'www.example.com', 'example.co.uk', '127.0.0.1');
  const path = fc.constantFrom('/', '/a', '/a/b', '/b');
  const url = fc
    .tuple(fc.constantFrom('http', 'https'), host, path)
    .map(([scheme, name, at]) => `${scheme}://${name}${at}`);
  const cookie = fc
    .record({
      name: fc.constantFrom('a', 'b', '__Secure-c', '__proto__', ''),
      value: fc.string({ unit: fc.constantFrom('x', '=', '"', 'é', ' '), maxLength: 4 }),
      domain: fc.constantFrom('', '; Domain=example.com', '; Domain=co.uk'),
      path: path.map((at) => `; Path=${at}`),
      more: fc.constantFrom('', '; Secure', '; HttpOnly; SameSite=Lax', '; Max-Age=100', '; Max-Age=0'),
    })
    .map(({ name, value, domain, path: at, more }) => `${name}=${value}${domain}${at}${more}`);
  fc.assert(
    fc.property(fc.array(fc.tuple(url, cookie), { maxLength: 30 }), fc.array(url, { minLength: 4 }), (set, urls) => {
      const jar = new CookieJar();
      for (const [at, line] of set) jar.store(at, [line]);
      const again = CookieJar.fromJSON(JSON.parse(JSON.stringify(jar)));
      expect(urls.map((at) => again.header(at))).toEqual(urls.map((at) => jar.header(at)));
      expect(again.toJSON()).toEqual(jar.toJSON());
    }),
  );
});

test('an answer with thousands of cookies takes no longer than one with as many as are kept', () => {
  const jar = new CookieJar();
  const flood = Array.from({ length: 12_000 }, (_, n) => `c${n}=v; Path=/p${n}`);
  const startMs = systemClock.now();
  jar.store('https://example.com/', flood);
  expect(systemClock.now() - startMs).toBeLessThan(1000);
  expect(jar.all().map(({ name }) => name)).toEqual(Array.from({ length: 180 }, (_, n) => `c${n + 11_820}`));
});
