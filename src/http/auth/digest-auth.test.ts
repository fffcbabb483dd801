// Digest authentication, held to the examples of its RFCs and to the rules of when a request is sent once more.

import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { Auth } from './auth.ts';
import { parseChallenges } from './challenges.ts';
import { digestAuth } from './digest-auth.ts';

const origin = 'http://www.example.org';

function ask(
  auth: Auth,
  challenge: string | readonly string[],
  url = `${origin}/`,
  sent?: string | null,
): boolean | undefined {
  return auth.challenged?.(
    401,
    [challenge].flat().flatMap((field) => ['www-authenticate', field]),
    url,
    sent,
  );
}

async function header(auth: Auth, url = `${origin}/`, method = 'GET', body: string | null = null): Promise<string> {
  return (await auth.authorize({ method, url, body })) ?? '';
}

function fields(value: string): Record<string, string> {
  return Object.fromEntries(parseChallenges([value])[0]?.parameters ?? []);
}

const rfc7616 =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const rfc7616Nonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

test.each([
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
])('RFC 7616, 3.9.1, with %s', async (algorithm, response) => {
  const auth = digestAuth('Mufasa', 'Circle of Life', () => rfc7616Nonce);
  ask(auth, `Digest ${rfc7616}, algorithm=${algorithm}`);
  expect(await header(auth, `${origin}/dir/index.html`)).toBe(
    `Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=${algorithm}, ` +
      `nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="${rfc7616Nonce}", qop=auth, ` +
      `response="${response}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
  );
});

test('RFC 7616, 3.9.2, with its erratum 4897: SHA-512-256, a hashed user, UTF-8', async () => {
  const auth = digestAuth('Jäsøn Doe', 'Secret, or not?', () => 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v');
  ask(
    auth,
    'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
  );
  expect(fields(await header(auth, `${origin}/doe.json`))).toMatchObject({
    username: '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
    response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
    userhash: 'true',
  });
});

test('RFC 2617, 3.5', async () => {
  const auth = digestAuth('Mufasa', 'Circle Of Life', () => '0a4f113b');
  ask(
    auth,
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
  expect(fields(await header(auth, `${origin}/dir/index.html`))).toMatchObject({
    response: '6629fae49393a05397450978507c4ef1',
  });
});

test('RFC 2069, which had no qop, with its erratum 749', async () => {
  const auth = digestAuth('Mufasa', 'CircleOfLife');
  ask(
    auth,
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
  const sent = fields(await header(auth, `${origin}/dir/index.html`));
  expect(sent).toMatchObject({ response: '1949323746fe6a43ef61f9606e7febea' });
  expect(Object.keys(sent)).not.toContain('nc');
  expect(Object.keys(sent)).not.toContain('cnonce');
});

test('the strongest challenge is answered, whatever field it stands in; what nobody knows is passed over', async () => {
  const auth = digestAuth('u', 'p');
  const asked = ask(auth, [
    'Basic realm="b", Digest realm="weak", nonce="1", qop="auth", algorithm=MD5',
    'Digest realm="odd", nonce="2", qop="auth", algorithm=SHA-3, Digest realm="strange", nonce="2", qop="auth-conf", algorithm=SHA-512-256',
    'Digest realm="strong", nonce="3", qop="auth-int, auth", algorithm=sha-256-SESS, Digest realm="later", nonce="4", algorithm=SHA-256',
  ]);
  expect(asked).toBe(true);
  expect(fields(await header(auth))).toMatchObject({ realm: 'strong', algorithm: 'sha-256-SESS', qop: 'auth' });
});

test('nothing is sent again for what cannot be answered', async () => {
  const auth = digestAuth('u', 'p');
  expect(ask(auth, ['Basic realm="a"', 'Digest realm="no nonce"', 'Digest realm="a", nonce="n", algorithm=X'])).toBe(
    false,
  );
  expect(auth.challenged?.(403, ['www-authenticate', 'Digest realm="a", nonce="n"'], origin)).toBe(false);
  expect(await auth.authorize({ method: 'GET', url: origin, body: null })).toBeNull();
});

test('a nonce is counted, also when the server gives it again, and no number comes twice', async () => {
  const auth = digestAuth('u', 'p');
  const challenge = 'Digest realm="a", nonce="n", qop="auth"';
  ask(auth, challenge, undefined, null);
  const counts = [fields(await header(auth))['nc'], fields(await header(auth))['nc']];
  ask(auth, challenge, undefined, null);
  counts.push(fields(await header(auth))['nc']);
  expect(counts).toEqual(['00000001', '00000002', '00000003']);
});

test('nextnonce is used from the next request on, from 1', async () => {
  const auth = digestAuth('u', 'p');
  ask(auth, 'Digest realm="a", nonce="n1", qop="auth"');
  await header(auth);
  auth.challenged?.(200, ['authentication-info', 'qop=auth, nextnonce="n2"'], `${origin}/`);
  expect(fields(await header(auth))).toMatchObject({ nonce: 'n2', nc: '00000001' });
});

test('a refused password is not sent again; a nonce at its end is, with or without `stale`', async () => {
  const auth = digestAuth('u', 'p');
  ask(auth, 'Digest realm="a", nonce="n1", qop="auth"', undefined, null);
  const wrong = await header(auth);
  expect(ask(auth, 'Digest realm="a", nonce="n2", qop="auth"', undefined, wrong)).toBe(false);
  expect(await header(auth)).toBe('');

  ask(auth, 'Digest realm="a", nonce="n3", qop="auth"', undefined, null);
  const early = await header(auth);
  expect(ask(auth, 'Digest realm="a", nonce="n4", qop="auth", stale=TRUE', undefined, early)).toBe(true);
  const right = await header(auth);
  expect(fields(right)).toMatchObject({ nonce: 'n4', nc: '00000001' });
  const later = await header(auth);
  expect(ask(auth, 'Digest realm="a", nonce="n5", qop="auth"', undefined, later)).toBe(true);
  auth.challenged?.(200, ['authentication-info', 'nextnonce="n6"'], `${origin}/`, await header(auth));
  const idle = await header(auth);
  expect(fields(idle)).toMatchObject({ nonce: 'n6', nc: '00000001' });
  expect(ask(auth, 'Digest realm="a", nonce="n7", qop="auth"', undefined, idle)).toBe(true);
});

test('credentials go ahead only where the server said they belong, and to no other origin', async () => {
  const auth = digestAuth('u', 'p');
  ask(auth, 'Digest realm="b", nonce="b", domain="/private/deep"', `${origin}/private/deep/1`);
  ask(auth, 'Digest realm="a", nonce="a", domain="/private https://other.example/x"', `${origin}/elsewhere`);
  const realmAt = async (url: string): Promise<string | undefined> => fields(await header(auth, url))['realm'];
  expect(await realmAt(`${origin}/private/2`)).toBe('a');
  expect(await realmAt(`${origin}/private/deep/2`)).toBe('b');
  expect(await realmAt(`${origin}/elsewhere`)).toBe('a');
  expect(await realmAt(`${origin}/public`)).toBeUndefined();
  expect(await realmAt(`${origin}/x`)).toBeUndefined();
  expect(await realmAt('https://other.example/x')).toBeUndefined();
  expect(await realmAt('https://www.example.org/private/2')).toBeUndefined();
});

test('a name beyond ASCII: as UTF-8, by RFC 8187 where the server knows of charsets', async () => {
  const auth = digestAuth('Zoë (x)', 'p');
  ask(auth, 'Digest realm="a", nonce="n", charset=UTF-8');
  expect(await header(auth)).toContain("username*=UTF-8''Zo%C3%AB%20%28x%29,");
  ask(auth, 'Digest realm="a", nonce="n2"');
  expect(await header(auth)).toContain('username="ZoÃ« (x)"');
});

test('proof of a body cannot be given for a stream, and the error says what to do', () => {
  const auth = digestAuth('u', 'p');
  ask(auth, 'Digest realm="a", nonce="n", qop="auth-int"');
  const body = { lengthBytes: null, open: () => [][Symbol.iterator]() as never };
  expect(() => auth.authorize({ method: 'POST', url: `${origin}/`, body })).toThrow(/proof of the body/);
});

test('the password is not to be seen on it, and not in errors', () => {
  const auth = digestAuth('user-1', 'hunter2');
  expect(`${inspect(auth, { depth: 9, showHidden: true })}${JSON.stringify(auth)}`).not.toMatch(/hunter2|user-1/);
  expect(() => digestAuth('user-1', 'hunter2\n')).toThrow(/the password has a control character$/);
  expect(() => digestAuth('user:1', 'hunter2')).toThrow(/must not have a colon, which ends it$/);
});

test('requests that are refused at once get a nonce each, in their order, and after that the last one serves all', async () => {
  const auth = digestAuth('u', 'p');
  for (const nonce of ['n1', 'n2']) ask(auth, `Digest realm="a", nonce="${nonce}", qop="auth"`, undefined, null);
  const sent = [fields(await header(auth)), fields(await header(auth)), fields(await header(auth))];
  expect(sent.map(({ nonce, nc }) => `${nonce} ${nc}`)).toEqual(['n1 00000001', 'n2 00000001', 'n2 00000002']);
});

test('what is remembered is bounded: nonces, spaces of an origin, origins', async () => {
  const auth = digestAuth('u', 'p');
  for (let i = 0; i <= 1000; i += 1) ask(auth, `Digest realm="a", nonce="n${i}", qop="auth"`, undefined, null);
  expect(fields(await header(auth))['nonce']).toBe('n1');
  for (let i = 0; i <= 20; i += 1) ask(auth, `Digest realm="r${i}", nonce="n", domain="/${i}/"`, `${origin}/${i}/`);
  expect(await header(auth, `${origin}/0/`)).toBe('');
  expect(await header(auth, `${origin}/1/`)).not.toBe('');
  for (let i = 0; i <= 1000; i += 1) ask(auth, 'Digest realm="a", nonce="n"', `http://host-${i}.example/`);
  expect(await header(auth, 'http://host-0.example/')).toBe('');
  expect(await header(auth, 'http://host-1.example/')).not.toBe('');
});
