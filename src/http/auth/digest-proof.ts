// The arithmetic of RFC 7616, 3.4: from a challenge and a password to the header that proves that the password is known.
// Pure; texts are bytes, one character each, as they stand in headers.

import { hash } from 'node:crypto';
import type { DigestChallenge } from './digest-challenge.ts';

/** What one proof is made of, besides the key. */
export interface ProvenRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly uri: string;
  /** Looked at only for `auth-int`. */
  readonly body: Uint8Array | string;
}

/** The nonces of one proof. */
export interface ProofNonces {
  readonly server: string;
  readonly client: string;
  /** How often the server's nonce was used, this time included. */
  readonly count: number;
}

/** The hashed credentials (A1), made once for all requests that answer one challenge. */
export function digestKey(challenge: DigestChallenge, user: string, password: string, clientNonce: string): string {
  const key = hashed(challenge, `${bytesOf(user)}:${challenge.realm}:${bytesOf(password)}`);
  return challenge.isSession ? hashed(challenge, `${key}:${challenge.nonce}:${clientNonce}`) : key;
}

/** The value of the `authorization` header. */
export function digestHeader(
  challenge: DigestChallenge,
  user: string,
  key: string,
  request: ProvenRequest,
  nonces: ProofNonces,
): string {
  const { protection, algorithm, opaque } = challenge;
  const count = nonces.count.toString(16).padStart(8, '0');
  const target = `${request.method}:${request.uri}`;
  const what = hashed(
    challenge,
    protection === 'auth-int' ? `${target}:${hash(challenge.hash, request.body, 'hex')}` : target,
  );
  const fresh = protection === null ? nonces.server : `${nonces.server}:${count}:${nonces.client}:${protection}`;
  return `Digest ${[
    userField(challenge, user),
    `realm=${quoted(challenge.realm)}`,
    `uri=${quoted(request.uri)}`,
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    `nonce=${quoted(nonces.server)}`,
    ...(protection === null ? [] : [`nc=${count}`]),
    ...(protection === null && !challenge.isSession ? [] : [`cnonce=${quoted(nonces.client)}`]),
    ...(protection === null ? [] : [`qop=${protection}`]),
    `response="${hashed(challenge, `${key}:${fresh}:${what}`)}"`,
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
    ...(challenge.hashesUser ? ['userhash=true'] : []),
  ].join(', ')}`;
}

function userField(challenge: DigestChallenge, user: string): string {
  if (challenge.hashesUser) return `username="${hashed(challenge, `${bytesOf(user)}:${challenge.realm}`)}"`;
  // Who says a charset knows RFC 7616, and with it RFC 8187; others have to guess, and guess UTF-8 most often.
  const isAscii = /^[\x20-\x7e]*$/.test(user);
  if (isAscii || !challenge.isUtf8) return `username=${quoted(bytesOf(user))}`;
  return `username*=UTF-8''${encodeURIComponent(user).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)}`;
}

function hashed({ hash: algorithm }: DigestChallenge, text: string): string {
  return hash(algorithm, Buffer.from(text, 'latin1'), 'hex');
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
