// A server that wants Digest authentication, and checks it by the text of RFC 7616 with nothing of what it tests. It is
// strict: a number of a nonce that comes twice, a nonce that is not its own, a URI that was not requested are refused.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server asks for. */
export interface DigestRules {
  readonly algorithm: 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256' | 'SHA-512-256-sess';
  readonly qop: 'auth' | 'auth-int';
  readonly userhash?: boolean;
  /** After so many requests a nonce is stale. */
  readonly nonceUses?: number;
  /** Each answer names the next nonce. */
  readonly givesNext?: boolean;
}

/** A running one. */
export interface DigestServer extends AsyncDisposable {
  readonly url: string;
  /** The status of each answer so far. */
  readonly statuses: readonly number[];
  /** Why requests that had credentials were refused. */
  readonly refusals: readonly string[];
}

export const digestUser = 'Mufasa "the \\ king" é';
export const digestPassword = 'Circle: of "Life" ö';
const realm = 'zoo, "lions"';

/** What the server knows of one nonce. */
interface NonceState {
  readonly counts: Set<string>;
  sessionKey: string | null;
}

class DigestChecker {
  readonly #rules: DigestRules;
  readonly #nonces = new Map<string, NonceState>();

  constructor(rules: DigestRules) {
    this.#rules = rules;
  }

  /** @param sessionKey of the nonce that it follows: it goes on for as long as no challenge comes (RFC 7616, 3.4.2) */
  newNonce(sessionKey: string | null = null): string {
    const nonce = `nonce-${this.#nonces.size}`;
    this.#nonces.set(nonce, { counts: new Set(), sessionKey });
    return nonce;
  }

  challenge(isStale: boolean): string {
    const { qop, algorithm, userhash = false } = this.#rules;
    const extra = `${isStale ? ', stale=true' : ''}${userhash ? ', userhash=true' : ''}`;
    return `Digest realm="zoo, \\"lions\\"", qop="${qop}", algorithm=${algorithm}, nonce="${this.newNonce()}", opaque="o"${extra}`;
  }

  /** The next nonce, for who has just been let in. */
  nextNonce(request: IncomingMessage): string {
    const nonce = / nonce="([^"]*)"/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    return this.newNonce(this.#nonces.get(nonce)?.sessionKey);
  }

  /** Why the request is refused; null: it is right. */
  trouble(request: IncomingMessage, body: Buffer): string | null {
    const sent = request.headers.authorization ?? '';
    if (!sent.startsWith('Digest ')) return 'none';
    const field = (name: string): string =>
      new RegExp(`[ ,]${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(sent)?.[1]?.replace(/\\(.)/g, '$1') ??
      new RegExp(`[ ,]${name}=([^" ,]+)`).exec(sent)?.[1] ??
      '';
    const state = this.#nonces.get(field('nonce'));
    if (state === undefined) return 'unknown nonce';
    if (state.counts.has(field('nc'))) return 'count used twice';
    if (field('uri') !== request.url) return 'other URI';
    if (field('username') !== this.#expectedUser()) return `user ${field('username')}`;
    if (field('response') !== this.#proof(field, state, request.method ?? '', body)) return 'wrong proof';
    if (state.counts.size >= (this.#rules.nonceUses ?? Infinity)) return 'stale';
    state.counts.add(field('nc'));
    return null;
  }

  #expectedUser(): string {
    if (this.#rules.userhash === true) return this.#md(`${digestUser}:${realm}`);
    return Buffer.from(digestUser).toString('latin1');
  }

  #proof(field: (name: string) => string, state: NonceState, method: string, body: Buffer): string {
    const { algorithm, qop } = this.#rules;
    const key = this.#md(`${digestUser}:${realm}:${digestPassword}`);
    state.sessionKey ??= this.#md(`${key}:${field('nonce')}:${field('cnonce')}`);
    const a1 = algorithm.endsWith('-sess') ? state.sessionKey : key;
    const a2 = this.#md(`${method}:${field('uri')}${qop === 'auth-int' ? `:${this.#md(body)}` : ''}`);
    return this.#md(`${a1}:${field('nonce')}:${field('nc')}:${field('cnonce')}:${qop}:${a2}`);
  }

  #md(data: string | Buffer): string {
    const name = this.#rules.algorithm.replace('-sess', '');
    const known = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }[name] ?? '';
    return createHash(known).update(data).digest('hex');
  }
}

/** Listens on a free port of this machine. */
export async function startDigestServer(rules: DigestRules): Promise<DigestServer> {
  const statuses: number[] = [];
  const refusals: string[] = [];
  const checker = new DigestChecker(rules);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const why = checker.trouble(request, Buffer.concat(await request.toArray()));
    statuses.push(why === null ? 200 : 401);
    if (why !== null && why !== 'none') refusals.push(why);
    if (why === null && rules.givesNext === true)
      response.setHeader('authentication-info', `nextnonce="${checker.nextNonce(request)}"`);
    if (why !== null)
      response.setHeader('www-authenticate', ['Basic realm="other"', checker.challenge(why === 'stale')]);
    response.writeHead(why === null ? 200 : 401).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    refusals,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
