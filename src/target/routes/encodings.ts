// Bodies in each content encoding, asked for or not, and one that is far larger than it looks.

import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

import type { Call } from '../call.ts';
import type { Route } from '../route.ts';
import { pump } from './pump.ts';

const zeros = Buffer.alloc(64 * 1024);

const encoders = [
  ['/gzip', 'gzip', gzipSync],
  ['/br', 'br', brotliCompressSync],
  ['/zstd', 'zstd', zstdCompressSync],
  ['/deflate', 'deflate', deflateSync],
] as const;

/** Paths with a content encoding. */
export function encodingRoutes(): Route[] {
  return [...encoders.map(encodedRoute), { path: '/bomb/{bytes}', about: 'so many zero bytes, as gzip', handle: bomb }];
}

function encodedRoute([path, encoding, encode]: (typeof encoders)[number]): Route {
  let body: Buffer | null = null;
  return {
    path,
    about: `JSON, encoded with ${encoding}`,
    handle(call) {
      body ??= encode(JSON.stringify({ encoding, message: 'Hello from behind an encoding. '.repeat(20) }));
      call.send(200, body, { 'Content-Type': 'application/json', 'Content-Encoding': encoding });
    },
  };
}

function bomb(call: Call): void {
  const bytes = call.number(1, 'the number of bytes', 1024 ** 4);
  if (bytes === null) return;
  call.head(200, { 'Content-Type': 'application/octet-stream', 'Content-Encoding': 'gzip' });
  if (call.method === 'HEAD') {
    call.response.end();
    return;
  }
  const gzip = createGzip();
  call.onClose(() => gzip.destroy());
  gzip.pipe(call.response);
  pump(gzip, zeros, Math.floor(bytes));
}
