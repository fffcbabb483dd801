// Makes origin, path and user info out of an absolute http(s) URL, as the WHATWG URL standard reads it.
// The origin of the URLs seen lately is remembered, so that the usual URL costs no `new URL`.
// Invariant: what the fast way gives is what `new URL` would give.

import { RecordError } from '../errors.ts';
import { maskQuery } from '../http/query-credentials.ts';

/** Where a request goes. */
export interface TargetUrl {
  readonly origin: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** `name:password`, decoded, if the URL had user info. */
  readonly userInfo: string | null;
  /** The URL as it may be shown. */
  readonly shown: string;
}

/**
 * A path that `new URL` would leave as it is, with its query; the rest takes the slow way. A segment that begins with
 * a dot, written out or encoded, may be one that is resolved.
 */
const plainPath = /^(?:\/(?!\.|%2)[\w\-.~!$&()*+,;=:@%]*)+(?:\?[\w\-.~!$&()*+,;=:@%/?]+)?$/;
const rememberedOrigins = 1000;

/** Parses URLs of records. */
export class UrlParser {
  readonly #base: URL | null;
  readonly #baseTarget: TargetUrl | null;
  readonly #origins = new Map<string, string>();
  /** What stood before the path last, and its origin: most records go to the same. */
  #lastPrefix = '';
  #lastOrigin = '';

  constructor(base: URL | null) {
    this.#base = base;
    this.#baseTarget = base === null ? null : toTarget(base);
  }

  /** @throws {RecordError} `bad_url` */
  parse(text: string): TargetUrl {
    if (this.#baseTarget !== null && text.startsWith('/') && text[1] !== '/' && plainPath.test(text)) {
      const { origin, userInfo } = this.#baseTarget;
      return { origin, path: text, userInfo, shown: origin + maskQuery(text) };
    }
    const pathStart = text.indexOf('/', 8);
    if (pathStart > 0 && this.#knowsPrefix(text, pathStart)) {
      const path = text.slice(pathStart);
      if (plainPath.test(path)) {
        const origin = this.#lastOrigin;
        const shown = origin === this.#lastPrefix ? maskQuery(text) : origin + maskQuery(path);
        return { origin, path, userInfo: null, shown };
      }
    }
    return this.#parseSlowly(text, pathStart);
  }

  /** Whether the origin of what stands before the path is known: it is the last one then. */
  #knowsPrefix(text: string, pathStart: number): boolean {
    if (this.#lastPrefix.length === pathStart && text.startsWith(this.#lastPrefix)) return true;
    const prefix = text.slice(0, pathStart);
    const origin = this.#origins.get(prefix);
    if (origin === undefined) return false;
    this.#lastPrefix = prefix;
    this.#lastOrigin = origin;
    return true;
  }

  #parseSlowly(text: string, pathStart: number): TargetUrl {
    const target = parseUrl(text, this.#base);
    const prefix = text.slice(0, pathStart);
    // Only a prefix that is nothing but scheme and host may stand for its origin.
    if (pathStart > 0 && /^https?:\/\/[\w.\-:]+$/i.test(prefix)) {
      if (this.#origins.size >= rememberedOrigins) this.#origins.clear();
      this.#origins.set(prefix, target.origin);
    }
    return target;
  }
}

/** @throws {RecordError} `bad_url` */
export function parseUrl(text: string, base: URL | null): TargetUrl {
  let url: URL | null = null;
  const trimmed = text.trim();
  if (base !== null || /^https?:[\\/]{2}[^\\/?#]/i.test(trimmed)) url = URL.parse(trimmed, base?.href);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') throw badUrl(trimmed, base);
  return toTarget(url);
}

/** What is needed of a parsed URL. The fragment is not sent. */
export function toTarget(url: URL): TargetUrl {
  const path = url.pathname + url.search;
  const named = url.username !== '' || url.password !== '';
  const userInfo = named ? `${decoded(url.username)}:${decoded(url.password)}` : null;
  return { origin: url.origin, path, userInfo, shown: url.origin + maskQuery(path) };
}

/** A text that does not parse as a URL, in a message: without credentials, and not endless. */
export function showUrl(text: string): string {
  const open = withoutCredentials(text);
  return JSON.stringify(open.length > 200 ? `${open.slice(0, 200)}…` : open);
}

/**
 * As nobody knows what stands where in such a text, all up to its last `@` may be a password: of
 * `user:pw@host`, of `http://user:p/w@host`.
 */
export function withoutCredentials(text: string): string {
  return maskQuery(text.replace(/^([a-z][a-z0-9+.-]*:[\\/]+|[\\/]+)?.*@/is, '$1***@'));
}

function badUrl(text: string, base: URL | null): RecordError {
  const shown = showUrl(text);
  if (text === '') return new RecordError('bad_url', 'the URL is empty', { hint: 'Give an absolute URL: https://…' });
  if (/^https?:/i.test(text)) {
    return new RecordError('bad_url', `${shown} is not a URL`, {
      hint: 'Check the host and the port: https://host:port/path',
    });
  }
  if (text.startsWith('/') && base === null) {
    return new RecordError('bad_url', `${shown} is relative, and there is nothing to resolve it against`, {
      hint: 'Give --base-url https://host',
    });
  }
  const open = withoutCredentials(text);
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(open)?.[1];
  if (scheme !== undefined) {
    return new RecordError('bad_url', `${shown} has the scheme "${scheme}"; only http and https can be requested`, {
      hint: 'Write https://…',
    });
  }
  return new RecordError('bad_url', `${shown} has no scheme`, {
    hint: /^[\w.-]+\.[a-z]{2,}|^localhost/i.test(open)
      ? `Write https://${open}`
      : 'Write https://…, or give --base-url.',
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
