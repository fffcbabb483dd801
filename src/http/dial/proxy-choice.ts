// Which proxy a request goes through, decided as curl decides it: an explicit proxy for everything,
// else the environment. Knows no sockets.
//
// Invariant: user info of a proxy never leaves this file but as the credentials of `ProxyServer`.

import { isIP } from 'node:net';
import { UsageError } from '../../errors.ts';
import type { TransportOptions } from '../transport-options.ts';

/** A proxy, ready to be connected to. */
export interface ProxyServer {
  /** A SOCKS5 proxy resolves names itself: what curl calls `socks5h`. */
  readonly kind: 'http' | 'https' | 'socks5';
  readonly host: string;
  readonly port: number;
  /** Decoded user info; null: none. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** As it may be shown: without credentials. */
  readonly shown: string;
}

/** Finds the proxy for a target. */
export type ProxyChoice = (target: URL) => ProxyServer | null;

/** What is chosen where no proxy can be chosen for any target. */
export const noProxy: ProxyChoice = () => null;

const kinds: Readonly<Record<string, ProxyServer['kind']>> = {
  'http:': 'http',
  'https:': 'https',
  'socks5:': 'socks5',
  'socks5h:': 'socks5',
  'socks:': 'socks5',
};
const defaultPorts = { http: 1080, https: 443, socks5: 1080 } as const;

/**
 * Reads the options and the environment once.
 * @throws UsageError `bad_option` for a proxy that cannot be used; its user info is not shown.
 */
export function proxyChoice(options: TransportOptions): ProxyChoice {
  if (options.proxy === null) return noProxy;
  if (options.proxy !== undefined && options.proxy !== '') {
    const always = parseProxy(options.proxy, '--proxy');
    return () => always;
  }
  const env = options.env ?? {};
  // Upper case HTTP_PROXY is ignored, as curl does: a CGI server sets it from a request's `Proxy` header.
  const all = fromEnv(env, ['all_proxy', 'ALL_PROXY']);
  const forHttp = fromEnv(env, ['http_proxy']) ?? all;
  const forHttps = fromEnv(env, ['https_proxy', 'HTTPS_PROXY']) ?? all;
  if (forHttp === null && forHttps === null) return noProxy;
  const exceptions = (env['no_proxy'] ?? env['NO_PROXY'] ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return (target) => {
    if (isLoopback(target.hostname) || isExcepted(target, exceptions)) return null;
    return target.protocol === 'https:' ? forHttps : forHttp;
  };
}

function fromEnv(env: Readonly<Record<string, string | undefined>>, names: readonly string[]): ProxyServer | null {
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && value !== '') return parseProxy(value, name);
  }
  return null;
}

function parseProxy(text: string, where: string): ProxyServer {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  const kind = url === null ? undefined : kinds[url.protocol];
  if (url === null || kind === undefined || url.hostname === '') {
    const shown = text.replace(/^(.*:\/\/)?.*@/, '$1***@');
    throw new UsageError('bad_option', `${where}: ${JSON.stringify(shown)} is not a proxy that can be used`, {
      hint: 'Write http://host:port, https://host:port or socks5://host:port, with user:password@ before the host if need be.',
    });
  }
  // The parser of URLs drops the port that is a scheme's own; curl's default for http proxies is 1080 only if none is written.
  const written = /:(\d+)\/?$/.exec(text)?.[1];
  const port = url.port !== '' ? Number(url.port) : written === undefined ? defaultPorts[kind] : Number(written);
  const host = bare(url.hostname);
  if (url.username === '***' || url.password === '***') {
    throw new UsageError('bad_option', `${where}: "***" stands for a credential that is not shown`, {
      hint: 'Put your user:password here.',
    });
  }
  const credentials = url.username === '' ? null : { user: decoded(url.username), password: decoded(url.password) };
  return { kind, host, port, credentials, shown: `${kind}://${url.hostname}:${port}` };
}

/** Percent-decoded where it can be; a `%` that stands for itself stays. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without the brackets that an IPv6 address has in a URL. */
function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function isLoopback(hostname: string): boolean {
  const host = bare(hostname);
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}

/** `*`, a host, a domain (with or without its leading dot), any of them with a port. */
function isExcepted(target: URL, exceptions: readonly string[]): boolean {
  const host = bare(target.hostname);
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return exceptions.some((entry) => {
    if (entry === '*') return true;
    // More than one colon without brackets is an IPv6 address, and no port.
    const withPort = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry);
    if (withPort !== null && withPort[2] !== port) return false;
    const name = bare(withPort?.[1] ?? entry).replace(/^\*?\./, '');
    return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
  });
}
