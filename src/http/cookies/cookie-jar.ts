// Cookies between requests: what a server sets, and what is sent back. The rules (domains, public suffixes, paths, Secure,
// prefixes, dates) are tough-cookie's, those of RFC 6265bis; here are expiry by our own clock, bounds, and saving.
//
// Invariant: a request costs what the cookies of its host cost, not those of the jar. No host can fill the jar.

import { shownAs } from '../../concurrency/scopes/shown-as.ts';
import { readFile } from 'node:fs/promises';
import { Cookie, CookieJar as ToughJar, cookieCompare, MemoryCookieStore } from 'tough-cookie';
import { badValue } from '../../concurrency/bad-value.ts';
import { type Clock, systemClock } from '../../concurrency/clock.ts';
import { writePrivateFile } from '../../disk/private-file.ts';
import { readError } from '../../disk/read-error.ts';
import { UsageError } from '../../errors.ts';
import { maskQuery } from '../query-credentials.ts';
import { expiryMs, fixExpiry, forbiddenInCookie, fromStored, type StoredCookie, toStored } from './stored-cookie.ts';

/** Of one domain, as browsers have it. Beyond, the one that was used longest ago goes. */
const maxPerDomain = 180;
/** Name and value together; RFC 6265bis, 5.6. */
const maxPairBytes = 4096;

/** A jar as JSON. Holds secrets. */
export interface CookieJarJson {
  readonly version: 1;
  readonly cookies: readonly StoredCookie[];
}

/** What else a cookie that is set by hand may say. */
export type CookieAttributes = {
  readonly [Name in 'domain' | 'path' | 'secure' | 'httpOnly' | 'expiresMs']?: StoredCookie[Name] | undefined;
};

export interface CookieJarOptions {
  /** Where time comes from. @default the machine's clock */
  readonly clock?: Clock | undefined;
}

/** A jar at one moment. */
export interface CookieJarStatistics {
  /** Those that have expired are found when they are looked at, or when many have come: until then they count. */
  readonly cookies: number;
  readonly domains: number;
}

/**
 * Keeps cookies as a browser does (RFC 6265bis): by domain and path, none for public suffixes such as `co.uk`, `Secure` ones
 * over TLS or to this machine only, until they expire. What a server sets against the rules is passed over. Give one jar
 * to several clients to share a login.
 *
 * @example
 * import { CookieJar } from 'manyfetch';
 *
 * const jar = new CookieJar();
 * jar.store('https://www.example.com/login', ['session=s1; Domain=example.com; Path=/', 'bad=1; Domain=com']);
 * console.log(jar.header('https://api.example.com/orders')); // prints session=s1
 * console.log(jar.header('https://example.org/')); // prints null
 */
export class CookieJar {
  readonly #clock: Clock;
  #shelf = new MemoryCookieStore();
  #jar = new ToughJar(this.#shelf, { looseMode: true });
  /** Cookies put since the expired ones were last looked for, and how many must have been before it is done again. */
  #putCount = 0;
  #sweepAt = 1000;

  constructor(options: CookieJarOptions = {}) {
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * The value of the `cookie` header for a request to this URL: longer paths first, then older cookies. Null: there is none.
   *
   * @throws UsageError (`bad_option`) if it is no absolute URL
   */
  header(url: string): string | null {
    const target = parsed(url);
    if (this.#putCount === 0) return null;
    const cookies = this.#cookiesFor(target);
    if (cookies.length === 0) return null;
    return cookies
      .toSorted(cookieCompare)
      .map((cookie) => cookie.cookieString())
      .join('; ');
  }

  /**
   * Takes what an answer from this URL set: the values of its `set-cookie` headers, one each.
   *
   * @throws UsageError (`bad_option`) if it is no absolute URL; never for a cookie
   */
  store(url: string, setCookie: readonly string[]): void {
    const target = parsed(url);
    // Of more than a domain may have the first would be gone at the end: a server must not keep us busy with them.
    for (const line of setCookie.slice(-maxPerDomain)) {
      const cookie = Cookie.parse(line, { loose: true });
      if (cookie !== undefined) this.#put(cookie, target);
    }
  }

  /**
   * Sets a cookie by hand, by the rules that hold for an answer from this URL: without a `domain` it is for this host only.
   *
   * @throws UsageError (`bad_option`) if it cannot be sent, or the rules refuse it. The value is not shown.
   * @example
   * import { CookieJar } from 'manyfetch';
   *
   * const jar = new CookieJar();
   * jar.set('https://example.com/', 'theme', 'dark');
   * console.log(jar.header('https://example.com/a')); // prints theme=dark
   */
  set(url: string, name: string, value: string, attributes: CookieAttributes = {}): void {
    const target = parsed(url);
    if (name === '' || name.includes('=') || forbiddenInCookie.test(name))
      throw badValue('the name of a cookie', 'visible ASCII without = and ;', name);
    const { domain = null, path = '/', secure = false, httpOnly = false, expiresMs = null } = attributes;
    const expires = expiresMs === null ? 'Infinity' : new Date(expiresMs);
    const cookie = new Cookie({ key: name, value, domain, path, secure, httpOnly, expires });
    if (!forbiddenInCookie.test(value) && this.#put(cookie, target)) return;
    throw new UsageError('bad_option', `the cookie "${name}" cannot be set for ${target.origin}`, {
      hint: 'its value must be one line of Latin-1 without ;, its domain one that the host belongs to, no public suffix; with `secure` the URL must be https',
    });
  }

  /** All cookies that have not expired, oldest first. */
  all(): readonly StoredCookie[] {
    return this.#alive().map(toStored);
  }

  /** What it holds. */
  statistics(): CookieJarStatistics {
    const domains = Object.values(this.#shelf.idx);
    return { domains: domains.length, cookies: domains.reduce((sum, paths) => sum + countOf(paths), 0) };
  }

  /** Forgets all cookies, or those of a domain and the hosts below it. */
  clear(domain?: string): void {
    const suffix = domain?.toLowerCase();
    this.#refill(
      suffix === undefined
        ? []
        : this.#alive().filter((cookie) => cookie.domain !== suffix && cookie.domain?.endsWith(`.${suffix}`) !== true),
    );
  }

  /** All that has not expired, cookies of the session too, for `JSON.stringify` and `fromJSON`. Holds secrets. */
  toJSON(): CookieJarJson {
    return { version: 1, cookies: this.all() };
  }

  /**
   * A jar from what `toJSON` gave.
   *
   * @throws UsageError (`bad_input`) if it is something else; values are not shown
   */
  static fromJSON(json: unknown, options: CookieJarOptions = {}): CookieJar {
    const { version, cookies }: Partial<CookieJarJson> = typeof json === 'object' && json !== null ? json : {};
    if (version !== 1 || !Array.isArray(cookies)) {
      throw new UsageError('bad_input', 'this is no saved jar of cookies: it has no version 1 and list of cookies', {
        hint: 'a saved jar is what `CookieJar.save` or `toJSON` made',
      });
    }
    const jar = new CookieJar(options);
    jar.#refill(cookies.map(fromStored));
    return jar;
  }

  /**
   * Writes the jar to a file that only its owner may read (0600), wholly or not at all. Cookies of the session are kept: the next
   * run of a program goes on with the same login.
   *
   * @throws DiskError if it cannot be written
   * @example
   * import { rm } from 'node:fs/promises';
   * import { CookieJar } from 'manyfetch';
   *
   * const jar = new CookieJar();
   * jar.set('https://example.com/', 'session', 's1');
   * await jar.save('/tmp/cookies.json');
   * console.log((await CookieJar.load('/tmp/cookies.json')).header('https://example.com/')); // prints session=s1
   * await rm('/tmp/cookies.json');
   */
  save(path: string): Promise<void> {
    return writePrivateFile(path, [`${JSON.stringify(this, null, 2)}\n`]);
  }

  /**
   * Reads what `save` wrote.
   *
   * @throws UsageError: `no_such_file`, `unreadable`, or `bad_input` if it holds something else
   */
  static async load(path: string, options: CookieJarOptions = {}): Promise<CookieJar> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw readError(path, error);
    });
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {
      // What a parser says of it may show a secret; that it is no jar is said below.
    }
    try {
      return CookieJar.fromJSON(json, options);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(error.code, `${path}: ${error.message}`, error.hint === null ? {} : { hint: error.hint });
    }
  }

  /** Those of a host and path, expired ones left out and dropped. */
  #cookiesFor(target: URL): Cookie[] {
    const nowMs = this.#clock.wallNow();
    return this.#jar.getCookiesSync(target, { expire: false }).filter((cookie) => {
      if (isAlive(cookie, nowMs)) return true;
      this.#drop(cookie);
      return false;
    });
  }

  /** Whether it was taken. */
  #put(cookie: Cookie, target: URL): boolean {
    const nowMs = this.#clock.wallNow();
    fixExpiry(cookie, nowMs);
    if (!isAcceptable(cookie) || this.#wouldHideSecure(cookie, target)) return false;
    const kept = this.#jar.setCookieSync(cookie, target, { ignoreError: true, now: new Date(nowMs) });
    if (kept === undefined) return false;
    if (!isAlive(kept, nowMs)) {
      this.#drop(kept);
      return true;
    }
    this.#makeRoom(kept.domain ?? '', nowMs);
    this.#putCount += 1;
    if (this.#putCount >= this.#sweepAt) this.#refill(this.#alive());
    return true;
  }

  /** RFC 6265bis, 5.7: what came without TLS must not take the place of a cookie that came with it. */
  #wouldHideSecure(cookie: Cookie, target: URL): boolean {
    if (cookie.secure || target.protocol === 'https:' || this.#putCount === 0) return false;
    const overTls = new URL(target);
    overTls.protocol = 'https:';
    return this.#cookiesFor(overTls).some((known) => known.secure && known.key === cookie.key);
  }

  #makeRoom(domain: string, nowMs: number): void {
    const paths = this.#shelf.idx[domain] ?? {};
    if (countOf(paths) <= maxPerDomain) return;
    const own = Object.values(paths).flatMap((cookies) => Object.values(cookies));
    const dead = own.filter((cookie) => !isAlive(cookie, nowMs));
    const oldest = own.reduce((found, cookie) => (lastUse(cookie) < lastUse(found) ? cookie : found));
    for (const cookie of dead.length > 0 ? dead : [oldest]) this.#drop(cookie);
  }

  #drop(cookie: Cookie): void {
    void this.#shelf.removeCookie(cookie.domain ?? '', cookie.path ?? '/', cookie.key);
  }

  /** Oldest first. */
  #alive(): Cookie[] {
    const nowMs = this.#clock.wallNow();
    const all: Cookie[] = [];
    for (const paths of Object.values(this.#shelf.idx)) {
      for (const cookies of Object.values(paths)) all.push(...Object.values(cookies));
    }
    return all
      .filter((cookie) => isAlive(cookie, nowMs))
      .toSorted((left, right) => left.creationIndex - right.creationIndex);
  }

  /** A new shelf, so that nothing is left of hosts whose cookies are gone. */
  #refill(cookies: readonly Cookie[]): void {
    this.#shelf = new MemoryCookieStore();
    this.#jar = new ToughJar(this.#shelf, { looseMode: true });
    for (const cookie of cookies) void this.#shelf.putCookie(cookie);
    this.#putCount = cookies.length;
    this.#sweepAt = 1000 + 2 * cookies.length;
  }
}

/** What tough-cookie lets pass, and RFC 6265bis, 5.6 and 5.7, does not. */
function isAcceptable({ key, value, secure, domain, path }: Cookie): boolean {
  if (key.length + value.length > maxPairBytes || (key === '' && value === '')) return false;
  // Servers may take names as they like, so the prefixes hold in any case, and a value without a name may not look like one.
  const prefix = /^__(secure|host)-/i.exec(key === '' ? value : key)?.[1]?.toLowerCase();
  if (prefix === undefined) return true;
  return key !== '' && secure && (prefix === 'secure' || (domain === null && path === '/'));
}

function isAlive(cookie: Cookie, nowMs: number): boolean {
  const endMs = expiryMs(cookie);
  return endMs === null || endMs > nowMs;
}

/** Cookies of one domain, by path and name. */
function countOf(paths: MemoryCookieStore['idx'][string]): number {
  return Object.values(paths).reduce((sum, cookies) => sum + Object.keys(cookies).length, 0);
}

function lastUse(cookie: Cookie): number {
  return cookie.lastAccessed instanceof Date ? cookie.lastAccessed.getTime() : 0;
}

function parsed(url: string): URL {
  const target = URL.parse(url);
  if (target === null) throw badValue('the URL of a cookie', 'an absolute URL', maskQuery(url));
  return target;
}

shownAs(CookieJar, 'CookieJar', (jar) => jar.statistics());
