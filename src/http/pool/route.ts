// What an origin says about how it is to be reached: straight, by our own transport.

import type { Target } from '../dial/dialler.ts';
import type { TransportOptions } from '../transport-options.ts';

/** The way to an origin. */
export interface Route {
  readonly origin: string;
  readonly target: Target;
  /** `ask`: TLS decides. */
  readonly protocol: 'http1' | 'http2' | 'ask';
  /** HTTP/2 or nothing. */
  readonly insists: boolean;
}

/** @throws TypeError `ERR_INVALID_URL` */
export function routeTo(origin: string, http: TransportOptions['http'] = 'auto'): Route {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const asks = secure ? 'ask' : http === '2' ? 'http2' : 'http1';
  return {
    origin: url.origin,
    target: { secure, host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port) },
    protocol: http === '1.1' ? 'http1' : asks,
    insists: http === '2',
  };
}
