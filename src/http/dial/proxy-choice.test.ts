import { describe, expect, test } from 'vitest';
import { proxyChoice } from './proxy-choice.ts';

const target = (url: string): URL => new URL(url);
const shown = (env: Record<string, string>, url: string): string | null =>
  proxyChoice({ env })(target(url))?.shown ?? null;

describe('the environment, as curl reads it', () => {
  test.each([
    [{ http_proxy: 'http://p:1' }, 'http://a.com', 'http://p:1'],
    [{ http_proxy: 'http://p:1' }, 'https://a.com', null],
    [{ HTTP_PROXY: 'http://p:1' }, 'http://a.com', null],
    [{ HTTPS_PROXY: 'http://p:1' }, 'https://a.com', 'http://p:1'],
    [{ https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' }, 'https://a.com', 'http://low:1'],
    [{ ALL_PROXY: 'socks5://p:1' }, 'http://a.com', 'socks5://p:1'],
    [{ ALL_PROXY: 'socks5://p:1', https_proxy: 'http://q:2' }, 'https://a.com', 'http://q:2'],
    [{ http_proxy: 'p:3128' }, 'http://a.com', 'http://p:3128'],
    [{ http_proxy: 'http://p:80' }, 'http://a.com', 'http://p:80'],
    [{ http_proxy: 'p' }, 'http://a.com', 'http://p:1080'],
    [{ http_proxy: 'https://p' }, 'http://a.com', 'https://p:443'],
    [{ http_proxy: 'socks5h://p' }, 'http://a.com', 'socks5://p:1080'],
    [{ http_proxy: '' }, 'http://a.com', null],
    [{ ALL_PROXY: 'p' }, 'http://localhost:80', null],
    [{ ALL_PROXY: 'p' }, 'http://a.localhost', null],
    [{ ALL_PROXY: 'p' }, 'http://127.1.2.3', null],
    [{ ALL_PROXY: 'p' }, 'http://[::1]:8080', null],
    [{ ALL_PROXY: 'p' }, 'http://127.example.com', 'http://p:1080'],
  ])('%j for %s: %s', (env, url, expected) => {
    expect(shown(env, url)).toBe(expected);
  });

  test.each([
    ['*', 'http://a.com', true],
    ['a.com', 'http://a.com', true],
    ['a.com', 'http://www.a.com', true],
    ['a.com', 'http://nota.com', false],
    ['.a.com', 'http://www.a.com', true],
    ['.a.com', 'http://a.com', true],
    ['*.a.com', 'http://www.a.com', true],
    ['b.com, A.COM', 'http://a.com', true],
    ['b.com a.com', 'http://a.com', true],
    ['a.com:8080', 'http://a.com:8080', true],
    ['a.com:8080', 'http://a.com', false],
    ['a.com:80', 'http://a.com', true],
    ['10.0.0.1', 'http://10.0.0.1', true],
    ['0.0.1', 'http://10.0.0.1', false],
    ['2001:db8::1', 'http://[2001:db8::1]', true],
    ['[2001:db8::1]:80', 'http://[2001:db8::1]', true],
  ])('no_proxy %j excepts %s: %s', (noProxy, url, excepted) => {
    expect(shown({ http_proxy: 'http://p:1', NO_PROXY: noProxy }, url)).toBe(excepted ? null : 'http://p:1');
  });
});

describe('an explicit proxy', () => {
  test('is for everything, also for this machine, whatever the environment says', () => {
    const choice = proxyChoice({ proxy: 'http://p:1', env: { http_proxy: 'http://q:2', no_proxy: '*' } });
    expect(choice(target('http://127.0.0.1'))?.shown).toBe('http://p:1');
    expect(choice(target('https://a.com'))?.shown).toBe('http://p:1');
  });

  test('null is none', () => {
    expect(proxyChoice({ proxy: null, env: { http_proxy: 'http://q:2' } })(target('http://a.com'))).toBeNull();
  });

  test('has its credentials decoded, and does not show them', () => {
    const proxy = proxyChoice({ proxy: 'socks5://us%40er:p%3Aw%@[::1]:1080' })(target('http://a.com'));
    expect(proxy).toEqual({
      kind: 'socks5',
      host: '::1',
      port: 1080,
      credentials: { user: 'us@er', password: 'p%3Aw%' },
      shown: 'socks5://[::1]:1080',
    });
  });

  test.each(['http://***@p:1', '***@p:1', 'http://user:***@p:1'])('%s asks for the credential', (proxy) => {
    expect(() => proxyChoice({ proxy })).toThrow('"***" stands for a credential that is not shown');
  });

  test.each(['ftp://user:s3cret@p:1', 'http://user:s3cret@:1', 'http://user:s3cret@p:99999', 'user:s3cret@p:99999'])(
    '%s is refused, without showing its credentials',
    (proxy) => {
      const attempt = (): unknown => proxyChoice({ proxy });
      expect(attempt).toThrow(expect.objectContaining({ code: 'bad_option', hint: expect.stringContaining('socks5') }));
      expect(attempt).not.toThrow(/s3cret/);
    },
  );
});
