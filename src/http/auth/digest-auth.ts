// Proof of knowing a password, without sending it: RFC 7616, and what RFC 2617 and 2069 had before. Remembers what each origin asked
// for, so that only the first request is refused.
//
// Invariant: an origin is answered by its own challenge only, and each number of a nonce is used once.

import { randomBytes } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { Auth, AuthRequest } from './auth.ts';
import { parseChallenges, parseParameters } from './challenges.ts';
import { checkUser } from './check-user.ts';
import { type DigestChallenge, strongestDigest } from './digest-challenge.ts';
import { digestHeader, digestKey } from './digest-proof.ts';

/** What one set of credentials is for (RFC 9110, 11.5), and the nonce that is in use there. */
interface Space {
  readonly challenge: DigestChallenge;
  /** Begins the path of what belongs to it. */
  readonly paths: readonly string[];
  readonly key: string;
  readonly clientNonce: string;
  nonce: string;
  used: number;
  /** The server has accepted the credentials. */
  isProven: boolean;
}

const maxOrigins = 1000;
const maxSpaces = 20;

/**
 * Proves that the password is known, without sending it (RFC 7616): MD5, SHA-256 and SHA-512-256, with or without `-sess`, for
 * `auth` and `auth-int`. Of several challenges the strongest is answered. The first request to an origin is refused, and sent once more;
 * those after it are right at once. The server's own proof (`rspauth`) is not looked at.
 *
 * @param clientNonce makes the nonces of this side, for tests
 * @throws UsageError (`bad_option`) for a user or password that cannot be sent. Neither is shown.
 * @example
 * import { digestAuth } from 'manyfetch';
 *
 * const auth = digestAuth('Mufasa', 'Circle of Life');
 * const asked = auth.challenged?.(401, ['www-authenticate', 'Digest realm="zoo", nonce="n1", qop="auth"'], 'http://127.0.0.1:8080/');
 * const header = await auth.authorize({ method: 'GET', url: 'http://127.0.0.1:8080/lions', body: null });
 * console.log(asked, header?.slice(0, 41)); // prints true Digest username="Mufasa", realm="zoo", ur
 */
export function digestAuth(user: string, password: string, clientNonce: () => string = newNonce): Auth {
  checkUser(user, password);
  return new DigestAuth(user, password, clientNonce);
}

function newNonce(): string {
  return randomBytes(16).toString('hex');
}

class DigestAuth implements Auth {
  readonly #user: string;
  readonly #password: string;
  readonly #clientNonce: () => string;
  readonly #origins = new Map<string, Space[]>();

  constructor(user: string, password: string, clientNonce: () => string) {
    this.#user = user;
    this.#password = password;
    this.#clientNonce = clientNonce;
  }

  authorize(request: AuthRequest): string | null {
    const url = new URL(request.url);
    const space = this.#spaceOf(url);
    if (space === null) return null;
    const { challenge, key, nonce, clientNonce } = space;
    space.used += 1;
    const proven = { method: request.method, uri: url.pathname + url.search, body: bodyFor(challenge, request) };
    return digestHeader(challenge, this.#user, key, proven, { server: nonce, client: clientNonce, count: space.used });
  }

  challenged(status: number, headers: readonly string[], url: string, sent?: string | null): boolean {
    const target = new URL(url);
    if (status !== 401) {
      if (sent !== null) this.#accepted(target, headers);
      return false;
    }
    const challenge = strongestDigest(parseChallenges(valuesOf(headers, 'www-authenticate')));
    if (challenge === null) return false;
    const others = (this.#origins.get(target.origin) ?? []).filter(
      (space) => space.challenge.realm !== challenge.realm,
    );
    const known = this.#origins.get(target.origin)?.find((space) => space.challenge.realm === challenge.realm);
    if (known !== undefined && !challenge.isStale && wasRefused(known, sent)) {
      this.#keep(target.origin, others);
      return false;
    }
    this.#keep(target.origin, [...others, this.#newSpace(challenge, target, known)]);
    return true;
  }

  #newSpace(challenge: DigestChallenge, target: URL, known: Space | undefined): Space {
    const clientNonce = this.#clientNonce();
    // Of other origins that a server names nothing is believed: it could have them sent proofs to guess the password from.
    const own = challenge.uris.map((uri) => URL.parse(uri, target.href)).filter((uri) => uri?.origin === target.origin);
    return {
      challenge,
      paths: own.length === 0 ? ['/'] : [...own.map((uri) => uri?.pathname ?? '/'), target.pathname],
      key: digestKey(challenge, this.#user, this.#password, clientNonce),
      clientNonce,
      nonce: challenge.nonce,
      // Several requests may have been refused with one nonce.
      used: known?.nonce === challenge.nonce ? known.used : 0,
      isProven: false,
    };
  }

  #keep(origin: string, spaces: readonly Space[]): void {
    this.#origins.delete(origin);
    if (spaces.length > 0) this.#origins.set(origin, spaces.slice(-maxSpaces));
    if (this.#origins.size <= maxOrigins) return;
    for (const oldest of this.#origins.keys()) {
      this.#origins.delete(oldest);
      return;
    }
  }

  #accepted(target: URL, headers: readonly string[]): void {
    const space = this.#spaceOf(target);
    if (space === null) return;
    space.isProven = true;
    for (const field of valuesOf(headers, 'authentication-info')) {
      const next = parseParameters(field).get('nextnonce');
      if (next === undefined || next === space.nonce) continue;
      space.nonce = next;
      space.used = 0;
    }
  }

  /** The one whose path is the longest that this URL begins with. */
  #spaceOf(target: URL): Space | null {
    let best: Space | null = null;
    let bestLength = 0;
    for (const space of this.#origins.get(target.origin) ?? []) {
      for (const path of space.paths) {
        if (path.length < bestLength || !target.pathname.startsWith(path)) continue;
        best = space;
        bestLength = path.length;
      }
    }
    return best;
  }
}

/** Whether these very credentials were refused, and not just a nonce that came to its end. */
function wasRefused(space: Space, sent: string | null | undefined): boolean {
  if (space.isProven || sent === undefined || sent === null) return false;
  return parseChallenges([sent])[0]?.parameters.get('nonce') === space.nonce;
}

function bodyFor(challenge: DigestChallenge, { body }: AuthRequest): Uint8Array | string {
  if (body === null || challenge.protection !== 'auth-int') return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new UsageError(
    'bad_option',
    'the server wants proof of the body (qop="auth-int"), which a stream cannot give',
    {
      hint: 'send the body as text or bytes',
    },
  );
}

function valuesOf(headers: readonly string[], name: string): string[] {
  return headers.filter((_, i) => i % 2 === 1 && headers[i - 1] === name);
}
