// What a server asks for with the scheme Digest (RFC 7616, 3.3), and which of its challenges is answered: the
// strongest that can be.

import { hash as digest } from 'node:crypto';
import type { Challenge } from './challenges.ts';

/** A challenge that can be answered. Texts are bytes, one character each, as they stand in the header. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  /** As the server wrote it; null: it did not, and means MD5. */
  readonly algorithm: string | null;
  /** What node:crypto calls it. */
  readonly hash: string;
  /** The key is made of the first nonces of the session (`-sess`). */
  readonly isSession: boolean;
  /** What is protected; null: the form of RFC 2069, from before there was a choice. */
  readonly protection: 'auth' | 'auth-int' | null;
  /** The server wants the name of the user hashed. */
  readonly hashesUser: boolean;
  readonly isUtf8: boolean;
  /** Only the nonce was refused; the credentials may be right. */
  readonly isStale: boolean;
  /** URIs that the credentials are for; none: all of the origin. */
  readonly uris: readonly string[];
}

/** Strongest last. Not every build of a runtime has all of them: one that is to meet FIPS has no MD5. */
const hashes = (
  [
    ['MD5', 'md5'],
    ['SHA-256', 'sha256'],
    ['SHA-512-256', 'sha512-256'],
  ] as const
).filter(([, name]) => isThere(name));

function isThere(name: string): boolean {
  try {
    return digest(name, '') !== '';
  } catch {
    return false;
  }
}

/** The first of the strongest ones; null: there is none of which all is known. */
export function strongestDigest(challenges: readonly Challenge[]): DigestChallenge | null {
  return challenges
    .map(readDigest)
    .reduce((best, one) => (one !== null && (best === null || strength(one) > strength(best)) ? one : best), null);
}

function strength({ hash }: DigestChallenge): number {
  return hashes.findIndex(([, known]) => known === hash);
}

function readDigest({ scheme, parameters }: Challenge): DigestChallenge | null {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (scheme !== 'digest' || realm === undefined || nonce === undefined) return null;
  const algorithm = parameters.get('algorithm') ?? null;
  const [, name = 'md5', session] = /^(.*?)(-sess)?$/i.exec(algorithm ?? 'MD5') ?? [];
  const hash = hashes.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  const protection = readProtection(parameters.get('qop'));
  if (hash === undefined || protection === undefined) return null;
  return {
    realm,
    nonce,
    opaque: parameters.get('opaque') ?? null,
    algorithm,
    hash,
    isSession: session !== undefined,
    protection,
    hashesUser: isTrue(parameters.get('userhash')),
    isUtf8: parameters.get('charset')?.toLowerCase() === 'utf-8',
    isStale: isTrue(parameters.get('stale')),
    uris:
      parameters
        .get('domain')
        ?.split(/\s+/)
        .filter((uri) => uri !== '') ?? [],
  };
}

/** Undefined: it asks for something that nobody knows. */
function readProtection(qop: string | undefined): DigestChallenge['protection'] | undefined {
  if (qop === undefined) return null;
  const offered = qop.toLowerCase().split(/[\s,]+/);
  // `auth-int` says nothing that TLS does not, and needs the whole body first.
  if (offered.includes('auth')) return 'auth';
  return offered.includes('auth-int') ? 'auth-int' : undefined;
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true';
}
