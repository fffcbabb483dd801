// Makes a request of what was asked for: URL and query, headers, body, credentials, cookies of its own. All that can be wrong
// with what was asked for is found here, before anything is sent.

import { randomUUID } from 'node:crypto';
import { toAuth } from '../../http/auth/auth.ts';
import type { Auth } from '../../http/auth/auth.ts';
import { cookieHeader } from '../../http/cookies/cookie-header.ts';
import type { CookiesInput } from '../../http/cookies/cookie-header.ts';
import { namesCredential } from '../../http/credential-names.ts';
import { isIdempotent } from '../../http/request.ts';
import type { HttpRequest } from '../../http/request.ts';
import { basic } from '../../plan/header-plan.ts';
import { readMethod } from '../../plan/method.ts';
import { UrlParser } from '../../plan/parse-url.ts';
import type { RequestOptions } from '../client-options.ts';
import { withParams } from '../../http/forms/with-params.ts';
import { checkedSection, headerOf } from './header-set.ts';
import { noBody, plannedBody } from './request-body.ts';
import type { PlannedBody } from './request-body.ts';
import type { CallSettings } from './call-settings.ts';
import type { ResolvedClientOptions } from './resolve-client-options.ts';

/** A request that can be sent, and sent again. */
export interface PlannedRequest {
  readonly request: HttpRequest;
  readonly body: PlannedBody;
  /** Makes `authorization`, for its own origin; null: nothing does. */
  readonly auth: Auth | null;
  /** Cookies of this request, for its own origin; false: none are sent or kept. */
  readonly cookies: CookiesInput | false | null;
  /** It may be sent twice: its method is idempotent, or it has a key. */
  readonly safeTwice: boolean;
}

const none: readonly string[] = Object.freeze([]);

export class RequestPlanner {
  readonly #options: ResolvedClientOptions;
  readonly #urls: UrlParser;
  /** What goes with requests to another origin than that of the `baseUrl`. */
  readonly #elsewhere: Pick<ResolvedClientOptions, 'headers' | 'params'>;

  constructor(options: ResolvedClientOptions) {
    const { headers, params } = options;
    this.#options = options;
    this.#urls = new UrlParser(options.baseUrl);
    this.#elsewhere = {
      headers: headers.forAnyOrigin(),
      params: params.filter(([name]) => !namesCredential(name)),
    };
  }

  /** @throws {RecordError} `bad_url`, `bad_method`, `bad_header`; {UsageError} for other options */
  plan(method: string, url: string | URL, options: RequestOptions, settings: CallSettings): PlannedRequest {
    const { baseUrl, idempotencyHeader } = this.#options;
    const text = typeof url === 'string' ? url : String(url);
    const isElsewhere = baseUrl !== null && this.#urls.parse(text).origin !== baseUrl.origin;
    const { headers, params } = isElsewhere ? this.#elsewhere : this.#options;
    const hasParams = params.length > 0 || options.params !== undefined;
    const target = this.#urls.parse(hasParams ? withParams(text, params, options.params) : text);
    const verb = readMethod(method);
    const body = hasBody(options) ? plannedBody(options) : noBody;
    const section = headers.section(options.headers, settings.decompress);
    const idempotent = isIdempotent(verb);
    const ownHeaders: string[] = [];
    if (body.contentType !== null && headerOf(section, 'content-type') === null)
      ownHeaders.push('content-type', body.contentType);
    let safeTwice = idempotent;
    if (!idempotent && idempotencyHeader !== null) {
      safeTwice = true;
      if (headerOf(section, idempotencyHeader.toLowerCase()) === null) ownHeaders.push(idempotencyHeader, randomUUID());
    }
    const { cookies = null } = options;
    if (cookies !== null && cookies !== false) cookieHeader(null, cookies);
    const own = options.auth === undefined || options.auth === null ? null : toAuth(options.auth);
    const auth =
      options.auth === null
        ? null
        : (own ?? userInfoAuth(target.userInfo) ?? (isElsewhere ? null : this.#options.auth));
    return {
      request: {
        method: verb,
        origin: target.origin,
        path: target.path,
        headers: section,
        ownHeaders: ownHeaders.length === 0 ? none : ownHeaders,
        body: body.held,
        shownUrl: target.shown,
      },
      body,
      auth,
      cookies,
      safeTwice,
    };
  }

  /** The request as a hook has changed it. @throws {RecordError} for what cannot be sent */
  replanned(planned: PlannedRequest, method: string, url: string, headers: Iterable<[string, string]>): PlannedRequest {
    const target = this.#urls.parse(url);
    const verb = readMethod(method);
    const section = checkedSection(headers);
    const { idempotencyHeader } = this.#options;
    const hasKey = idempotencyHeader !== null && headerOf(section, idempotencyHeader.toLowerCase()) !== null;
    return {
      ...planned,
      safeTwice: isIdempotent(verb) || hasKey,
      request: {
        ...planned.request,
        method: verb,
        origin: target.origin,
        path: target.path,
        headers: section,
        ownHeaders: none,
        shownUrl: target.shown,
      },
    };
  }
}

function hasBody({ json, form, multipart, body }: RequestOptions): boolean {
  return json !== undefined || form !== undefined || multipart !== undefined || body !== undefined;
}

function userInfoAuth(userInfo: string | null): Auth | null {
  return userInfo === null ? null : { authorize: () => basic(userInfo) };
}
