// Undoes the content encodings of a body (RFC 9110, 8.4). Small bodies are decoded at once, which is
// cheaper than a trip through the thread pool; large ones beside the event loop.
//
// Invariant: no layer ever yields more than `maxBytes`, so that a bomb costs no more than that.

import zlib from 'node:zlib';

/** Called once, at once for small bodies, later for large ones. `decoded` is empty on an error. */
export type Decoded = (error: 'bad_encoding' | 'body_too_large' | null, decoded: Buffer) => void;

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Buffer;
type DecodeLater = (
  body: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, decoded: Buffer) => void,
) => void;

interface Decoder {
  readonly now: Decode;
  readonly later: DecodeLater;
}

const smallBytes = 64 * 1024;
/** Nobody encodes a body more often but to wear down who reads it. */
export const mostLayers = 5;
const nothing = Buffer.alloc(0);

const gunzip: Decoder = { now: zlib.gunzipSync, later: zlib.gunzip };
const inflate: Decoder = { now: zlib.inflateSync, later: zlib.inflate };
const inflateRaw: Decoder = { now: zlib.inflateRawSync, later: zlib.inflateRaw };
const brotli: Decoder = { now: zlib.brotliDecompressSync, later: zlib.brotliDecompress };
const zstd: Decoder = { now: zlib.zstdDecompressSync, later: zlib.zstdDecompress };

/**
 * Decodes a body: gzip, x-gzip, br, zstd, deflate (with or without its zlib wrapper), and stacks of
 * these, five at most. An encoding that is not known leaves the bytes as they are.
 * @param encoding value of `content-encoding`, or null
 * @param maxBytes limit of the outcome and of every step to it
 */
export function decodeContent(body: Buffer, encoding: string | null, maxBytes: number, done: Decoded): void {
  if (encoding === null || body.length === 0) {
    finish(body, maxBytes, done);
    return;
  }
  const layers = encodingLayers(encoding);
  if (layers.length > mostLayers) done('bad_encoding', nothing);
  else peel(body, layers, maxBytes, done);
}

/**
 * The encodings that a `content-encoding` names, the first applied first. None if one of them is not known,
 * since then the bytes stay as they are.
 */
export function encodingLayers(encoding: string | null): string[] {
  if (encoding === null) return [];
  const layers = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  return layers.every(isKnown) ? layers : [];
}

/** Undoes the last layer, and what is below it. */
function peel(body: Buffer, layers: string[], maxBytes: number, done: Decoded): void {
  const name = layers.pop();
  if (name === undefined) {
    finish(body, maxBytes, done);
    return;
  }
  const decoder = decoderOf(name, body);
  const options = { maxOutputLength: Math.max(1, maxBytes) };
  if (body.length < smallBytes) {
    let decoded: Buffer;
    try {
      decoded = decoder.now(body, options);
    } catch (error) {
      done(reasonOf(error), nothing);
      return;
    }
    peel(decoded, layers, maxBytes, done);
    return;
  }
  decoder.later(body, options, (error, decoded) => {
    if (error === null) peel(decoded, layers, maxBytes, done);
    else done(reasonOf(error), nothing);
  });
}

function finish(body: Buffer, maxBytes: number, done: Decoded): void {
  if (body.length > maxBytes) done('body_too_large', nothing);
  else done(null, body);
}

function isKnown(name: string): boolean {
  return name === 'gzip' || name === 'x-gzip' || name === 'br' || name === 'zstd' || name === 'deflate';
}

function decoderOf(name: string, body: Buffer): Decoder {
  if (name === 'br') return brotli;
  if (name === 'zstd') return zstd;
  if (name === 'deflate') return hasZlibHeader(body) ? inflate : inflateRaw;
  return gunzip;
}

/** RFC 1950, 2.2: method 8, and a header that is a multiple of 31. Some servers send raw deflate instead. */
export function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

function reasonOf(error: unknown): 'bad_encoding' | 'body_too_large' {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    ? 'body_too_large'
    : 'bad_encoding';
}
