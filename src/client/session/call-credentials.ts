// What goes with the requests of a call besides what was asked for: the cookies of the jar and its own, and what proves who
// asks. It is put on anew for each exchange, since redirects lead elsewhere.
//
// Invariant: `authorization` and cookies of the call go to the origin of the URL that was asked for, and to no other; and not
// there either once a redirect has led elsewhere, since whoever sends back from there has chosen the URL.

import { badValue } from '../../concurrency/bad-value.ts';
import { cookieHeader } from '../../http/cookies/cookie-header.ts';
import { ByteString } from '../../http/byte-string.ts';
import type { BodySource } from '../../http/body-source.ts';
import type { HttpRequest } from '../../http/request.ts';
import type { CallHome } from './call-home.ts';
import { headerOf } from './header-set.ts';
import type { PlannedRequest } from './planned-request.ts';

export class CallCredentials {
  readonly #home: CallHome;
  readonly #planned: PlannedRequest;
  /** As it was sent last. */
  #authorization: string | null = null;
  /** What answers the challenge that came last, if it was there at once. */
  #proof: Promise<string | null> | null = null;
  /** A redirect led elsewhere. */
  #wentAway = false;

  constructor(home: CallHome, planned: PlannedRequest) {
    this.#home = home;
    this.#planned = planned;
  }

  /** An attempt begins, at the URL that was asked for. */
  begin(): void {
    this.#wentAway = false;
  }

  /** A redirect leads there. */
  redirected({ origin }: HttpRequest): void {
    this.#wentAway ||= !this.#areFor(origin);
  }

  /** Whether `authorize` needs no waiting now; undefined: that is not told. */
  isReady({ origin }: HttpRequest): boolean | undefined {
    const { auth } = this.#planned;
    return auth === null || !this.#areFor(origin) ? true : auth.isReady?.();
  }

  /** What to send as `authorization`; null: nothing. @throws what the auth throws */
  authorize(request: HttpRequest, source: BodySource | null): string | null | Promise<string | null> {
    const proof = this.#proof;
    this.#proof = null;
    return proof ?? this.#prove(request, source);
  }

  #prove(
    { body, method, origin, path }: HttpRequest,
    source: BodySource | null,
  ): string | null | Promise<string | null> {
    const { auth } = this.#planned;
    if (auth === null || !this.#areFor(origin)) return null;
    const held = body instanceof ByteString ? body.toBuffer() : body;
    return auth.authorize({ method, url: origin + path, body: source ?? held });
  }

  /** The request with all that goes with it. @param given by the auth, to be looked at @throws {UsageError} `bad_option` */
  complete(request: HttpRequest, given: unknown): HttpRequest {
    const authorization = given ?? null;
    if (authorization !== null && typeof authorization !== 'string')
      throw badValue('what `auth` gives', 'text, or null for nothing', typeof authorization);
    this.#authorization = authorization;
    const { cookies } = this.#planned;
    const own: string[] = authorization === null ? [] : ['authorization', authorization];
    if (cookies !== false && headerOf(request.headers, 'cookie') === null) {
      const fromJar = this.#home.cookieHeader(request.origin + request.path);
      const isOwn = cookies !== null && this.#areFor(request.origin);
      const value = isOwn ? cookieHeader(fromJar, cookies) : fromJar;
      if (value !== null) own.push('cookie', value);
    }
    return own.length === 0 ? request : { ...request, ownHeaders: [...(request.ownHeaders ?? []), ...own] };
  }

  /** Looks at the head of an answer. True: the same request would go with other credentials now. */
  headCame(request: HttpRequest, source: BodySource | null, status: number, headers: readonly string[]): boolean {
    const { origin, path } = request;
    const url = origin + path;
    const { auth, cookies } = this.#planned;
    if (cookies !== false && headers.includes('set-cookie')) {
      const values = headers.filter((_, at) => at % 2 === 1 && headers[at - 1] === 'set-cookie');
      this.#home.storeCookies(url, values);
    }
    if (auth?.challenged === undefined || !this.#areFor(origin)) return false;
    const isRefused = auth.challenged(status, headers, url, this.#authorization);
    if (isRefused && auth.isReady?.() === true) this.#keepProof(request, source);
    return isRefused;
  }

  async #proveSoon(request: HttpRequest, source: BodySource | null): Promise<string | null> {
    return await this.#prove(request, source);
  }

  /** What the challenge gave may be good for one use: no other call shall take it before this one goes on. */
  #keepProof(request: HttpRequest, source: BodySource | null): void {
    const proof = this.#proveSoon(request, source);
    // Whoever takes it is told.
    proof.catch(() => undefined);
    this.#proof = proof;
  }

  #areFor(origin: string): boolean {
    return !this.#wentAway && origin === this.#planned.request.origin;
  }
}
