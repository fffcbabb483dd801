// Which HTTP is offered where the runtime has a `node:http2` of its own (Bun, Deno) in the place of Node's, which is
// nghttp2. What the wire reads out of the order of its events holds for nghttp2 only: elsewhere a stream that was
// reset looks like one that ended, and a body that was cut would be taken for whole.

import { UsageError } from '../errors.ts';
import type { TransportOptions } from './transport-options.ts';

/**
 * The versions of HTTP to offer.
 * @param versions those of the libraries of the runtime
 * @throws {UsageError} `bad_option` if HTTP/2 is insisted on and cannot be relied on here
 */
export function offeredHttp(
  http: TransportOptions['http'] = 'auto',
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): '1.1' | '2' | 'auto' {
  if (http === '1.1' || versions['nghttp2'] !== undefined) return http;
  if (http === 'auto') return '1.1';
  throw new UsageError('bad_option', 'HTTP/2 was insisted on, and this runtime has no nghttp2', {
    hint: 'run it on Node, or leave `http` at "auto": it is HTTP/1.1 then',
  });
}
