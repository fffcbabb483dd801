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

/** What follows from one challenge: a nonce, and the key that goes with it. */
interface Session {
  readonly challenge: DigestChallenge;
  readonly key: string;
  readonly clientNonce: string;
  nonce: string;
  used: number;
}

/** What one set of credentials is for (RFC 9110, 11.5). */
interface Space {
  readonly realm: string;
  /** Begins the path of what belongs to it. */
  readonly paths: readonly string[];
  /** Not used yet, oldest first: requests that are refused at once get a nonce each, which may be good for one use only. */
  readonly fresh: Session[];
  /** Sent for the first time, and not accepted yet: their nonces are nobody else's until they are. */
  readonly tried: Session[];
  current: Session | null;
}

const maxOrigins = 1000;
const maxSpaces = 20;
const maxFresh = 1000;

/**
 * Proves that the password is known, without sending it (RFC 7616): MD5, SHA-256 and SHA-512-256, with or without `-sess`, for
 * `auth` and `auth-int`. Of several challenges the strongest is answered. The first request to an origin is refused, and sent once more;
 * those after it are right at once. The server's own proof (`rspauth`) is not looked at.
 *
 * @param clientNonce makes the nonces of this side, for tests
 * @throws UsageError (`bad_option`) for a user or password that cannot be sent. Neither is shown.
 * @example
 * import { Client, digestAuth } from 'manyfetch';
 *
 * await using client = new Client({ auth: digestAuth('ada', 'secret') });
 * const response = await client.get('http://127.0.0.1:8080/hello/ada');
 * console.log(response.ok); // prints true
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

  /** Each number of a nonce is for one request, to be sent in their order, and most nonces live shortly. */
  isReady(): boolean {
    return true;
  }

  authorize(request: AuthRequest): string | null {
    const url = new URL(request.url);
    const space = this.#spaceOf(url);
    const session = space === null ? null : nextSession(space);
    if (session === null) return null;
    session.used += 1;
    const { challenge, key, nonce, clientNonce, used } = session;
    const proven = { method: request.method, uri: url.pathname + url.search, body: bodyFor(challenge, request) };
    return digestHeader(challenge, this.#user, key, proven, { server: nonce, client: clientNonce, count: used });
  }

  challenged(status: number, headers: readonly string[], url: string, sent?: string | null): boolean {
    const target = new URL(url);
    if (status !== 401) {
      if (sent !== null) this.#accepted(target, headers, sent);
      return false;
    }
    const challenge = strongestDigest(parseChallenges(valuesOf(headers, 'www-authenticate')));
    if (challenge === null) return false;
    const spaces = this.#origins.get(target.origin) ?? [];
    const known = spaces.find((space) => space.realm === challenge.realm);
    const others = spaces.filter((space) => space !== known);
    const isWrong = known !== undefined && !challenge.isStale && wasRefused(known, sent);
    this.#keep(target.origin, isWrong ? others : [...others, this.#renewed(known, challenge, target)]);
    return !isWrong;
  }

  #renewed(known: Space | undefined, challenge: DigestChallenge, target: URL): Space {
    // Of other origins that a server names nothing is believed: it could have them sent proofs to guess the password from.
    const own = challenge.uris.map((uri) => URL.parse(uri, target.href)).filter((uri) => uri?.origin === target.origin);
    const { fresh = [], tried = [], current = null } = known ?? {};
    // A server may give a nonce to many; its count goes on.
    if (![...fresh, ...tried, current].some((session) => session?.nonce === challenge.nonce))
      fresh.push(this.#newSession(challenge));
    if (fresh.length > maxFresh) fresh.shift();
    return {
      realm: challenge.realm,
      paths: own.length === 0 ? ['/'] : [...own.map((uri) => uri?.pathname ?? '/'), target.pathname],
      fresh,
      tried,
      current,
    };
  }

  #newSession(challenge: DigestChallenge): Session {
    const clientNonce = this.#clientNonce();
    const key = digestKey(challenge, this.#user, this.#password, clientNonce);
    return { challenge, key, clientNonce, nonce: challenge.nonce, used: 0 };
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

  #accepted(target: URL, headers: readonly string[], sent: string | undefined): void {
    const space = this.#spaceOf(target);
    if (space === null) return;
    const session = acceptedSession(space, sent);
    if (session === null) return;
    space.current = session;
    for (const field of valuesOf(headers, 'authentication-info')) {
      const next = parseParameters(field).get('nextnonce');
      if (next === undefined || next === session.nonce) continue;
      session.nonce = next;
      session.used = 0;
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

function nextSession({ fresh, tried, current }: Space): Session | null {
  const first = fresh.shift();
  if (first === undefined) return current ?? tried.at(-1) ?? null;
  tried.push(first);
  if (tried.length > maxFresh) tried.shift();
  return first;
}

/** That of the nonce which was sent; null: it is not known any more. What is not known to have been sent was the last. */
function acceptedSession({ tried, current }: Space, sent: string | undefined): Session | null {
  if (tried.length === 0 && sent === undefined) return current;
  const nonce = sent === undefined ? undefined : parseChallenges([sent])[0]?.parameters.get('nonce');
  if (nonce !== undefined && nonce === current?.nonce) return current;
  const at = nonce === undefined ? tried.length - 1 : tried.findIndex((session) => session.nonce === nonce);
  return at < 0 ? null : (tried.splice(at, 1)[0] ?? null);
}

/**
 * Whether it was the password that was refused, and not a nonce that had come to its end, which not every server says:
 * the proof was the first one for a nonce that had come with a refusal.
 */
function wasRefused({ current, tried }: Space, sent: string | null | undefined): boolean {
  if (sent === undefined || sent === null) return false;
  const proof = parseChallenges([sent])[0]?.parameters;
  const nonce = proof?.get('nonce');
  const session = [...tried, current].find((known) => known?.challenge.nonce === nonce);
  const used = proof?.get('nc') ?? session?.used ?? 1;
  return session !== undefined && session !== null && Number(used) === 1;
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
