// Checks the options of a client once, fills in the defaults, and makes what they ask for. Nothing is connected here.

import { badValue } from '../../concurrency/bad-value.ts';
import { systemClock } from '../../concurrency/clock.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { longestTimerMs } from '../../concurrency/time/longest-timer.ts';
import { parseRate } from '../../concurrency/limits/parse-rate.ts';
import { finiteOption } from '../../batch/options/no-limit.ts';
import { optionRules } from '../../batch/options/option-rules.ts';
import { UsageError } from '../../errors.ts';
import { limitConcurrency, readMachineFacts, requestsAConnection } from '../../govern/local-limits.ts';
import { toAuth } from '../../http/auth/auth.ts';
import type { Auth } from '../../http/auth/auth.ts';
import { chooseTransport } from '../../http/choose-transport.ts';
import { CookieJar } from '../../http/cookies/cookie-jar.ts';
import { checkedSocketPath } from '../../http/dial/socket-path.ts';
import { namedValues } from '../../http/forms/form-fields.ts';
import type { Transport } from '../../http/transport.ts';
import type { TransportOptions } from '../../http/transport-options.ts';
import { createUndiciTransport } from '../../http/undici/undici-transport.ts';
import { readBaseUrl } from '../../plan/check-plan-options.ts';
import { checkedLookup, refuseUnusedSocket } from '../checked-lookup.ts';
import type { ClientHooks } from '../client-hooks.ts';
import type { ClientOptions } from '../client-options.ts';
import { HarRecorder } from '../har/har-recorder.ts';
import { defaultSettings, settingsOf } from './call-settings.ts';
import type { CallSettings } from './call-settings.ts';
import { HeaderSet } from './header-set.ts';
import type { ClientLimits } from './origin-permits.ts';

/** Checked and complete. */
export interface ResolvedClientOptions {
  readonly settings: CallSettings;
  readonly baseUrl: URL | null;
  readonly headers: HeaderSet;
  readonly params: readonly (readonly [string, unknown])[];
  /** `own`: made when the first cookie comes; null: none are kept. */
  readonly cookies: CookieJar | 'own' | null;
  readonly auth: Auth | null;
  readonly limits: ClientLimits;
  /** Null: none is sent. */
  readonly idempotencyHeader: string | null;
  readonly hooks: ClientHooks;
  readonly har: HarRecorder | null;
  readonly transport: Transport;
  /** The client made it, and closes it. */
  readonly ownsTransport: boolean;
  readonly clock: Clock;
}

/** Checked here. */
const ownOptions = {
  headers: 0,
  params: 0,
  auth: 0,
  baseUrl: 0,
  cookies: 0,
  connectTimeoutMs: 0,
  concurrency: 0,
  perOrigin: 0,
  rate: 0,
  lookup: 0,
  proxy: 0,
  socketPath: 0,
  ca: 0,
  cert: 0,
  key: 0,
  insecure: 0,
  http: 0,
  transport: 0,
  idempotencyKey: 0,
  hooks: 0,
  har: 0,
  clock: 0,
} satisfies Record<Exclude<keyof ClientOptions, keyof CallSettings>, 0>;

/** Those that a batch takes as well, and judges the same way. */
const likeABatch = [
  'connectTimeoutMs',
  'perOrigin',
  'rate',
  'proxy',
  'insecure',
  'http',
  'idempotencyKey',
] as const satisfies readonly (keyof ClientOptions)[];

/** @throws {UsageError} `bad_option`, `unknown_option`; {RecordError} `bad_header` */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  const settings = settingsOf(options, defaultSettings, ownOptions);
  for (const name of likeABatch) {
    const value = finiteOption(name, options[name]);
    if (value !== undefined) optionRules[name](value, `\`${name}\``);
  }
  const { auth, baseUrl, clock = systemClock, cookies = true, idempotencyKey = 'Idempotency-Key', transport } = options;
  if (typeof cookies !== 'boolean' && !(cookies instanceof CookieJar))
    throw badValue('`cookies`', 'a CookieJar, true or false', cookies, 'single ones: `jar.set(url, name, value)`');
  const given = typeof transport === 'object' ? transport : null;
  const looking = checkedLookup(options);
  refuseUnusedSocket(options);
  return {
    settings: Object.freeze(settings),
    baseUrl: readBaseUrl(baseUrl === undefined ? atSocket(options) : String(baseUrl)),
    headers: new HeaderSet(options.headers),
    params: options.params === undefined ? [] : namedValues(options.params, '`params`'),
    cookies: cookies === true ? 'own' : cookies === false ? null : cookies,
    auth: auth === undefined || auth === null ? null : toAuth(auth),
    limits: limitsOf(options),
    idempotencyHeader: idempotencyKey === 'off' ? null : idempotencyKey,
    hooks: checkedHooks(options.hooks),
    har: checkedRecorder(options.har),
    transport: given ?? madeTransport(options, looking),
    ownsTransport: given === null,
    clock,
  };
}

function limitsOf({
  concurrency = Infinity,
  perOrigin = Infinity,
  rate = [],
  http = 'auto',
}: ClientOptions): ClientLimits {
  if (concurrency !== Infinity && (!Number.isSafeInteger(concurrency) || concurrency < 1))
    throw badValue('`concurrency`', 'a whole number from 1 up', concurrency);
  return {
    concurrency: limitConcurrency(
      concurrency === Infinity ? 'auto' : concurrency,
      readMachineFacts(),
      requestsAConnection(http),
    ).concurrency,
    perOrigin: perOrigin === Infinity ? null : perOrigin,
    rates: (typeof rate === 'string' ? [rate] : rate).map((text) => parseRate(text, '`rate`')),
  };
}

/** A socket is one server: its URLs need no host. */
function atSocket({ socketPath }: ClientOptions): string | undefined {
  return socketPath === undefined ? undefined : 'http://localhost';
}

function checkedHooks(hooks: ClientHooks | undefined): ClientHooks {
  if (hooks === undefined) return {};
  for (const [name, hook] of Object.entries(hooks)) {
    if (!['beforeRequest', 'afterResponse', 'onRetry'].includes(name))
      throw badValue('`hooks`', 'made of beforeRequest, afterResponse and onRetry', name);
    if (hook !== undefined && typeof hook !== 'function') throw badValue(`\`hooks.${name}\``, 'a function', hook);
  }
  return hooks;
}

function checkedRecorder(har: HarRecorder | undefined): HarRecorder | null {
  if (har === undefined) return null;
  if (!(har instanceof HarRecorder)) throw badValue('`har`', 'a HarRecorder', har);
  return har;
}

function madeTransport(options: ClientOptions, looking: TransportOptions): Transport {
  const {
    ca,
    cert,
    clock,
    connectTimeoutMs,
    http = 'auto',
    insecure = false,
    key,
    proxy,
    socketPath,
    transport,
  } = options;
  const kind = typeof transport === 'object' ? 'auto' : (transport ?? 'auto');
  optionRules.transport(kind, '`transport`');
  if (kind === 'wire' && proxy !== undefined && proxy !== '') {
    throw new UsageError('bad_option', '`proxy` and `transport: "wire"` cannot be given together', {
      hint: 'the wire goes straight: leave `transport` out',
    });
  }
  for (const [name, pem] of Object.entries({ ca, cert, key })) requirePem(name, pem);
  const connecting: TransportOptions = {
    verifyTls: !insecure,
    http,
    env: process.env,
    ...looking,
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs: Math.min(connectTimeoutMs, longestTimerMs) }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(clock === undefined ? {} : { clock }),
    ...(socketPath === undefined ? {} : { socketPath: checkedSocketPath(socketPath, '`socketPath`') }),
    ...(proxy === undefined ? {} : { proxy: proxyUrl(proxy) }),
  };
  return chooseTransport(kind, connecting, createUndiciTransport);
}

/** As curl does: without a scheme it is http; empty means no proxy. */
function proxyUrl(proxy: string): string | null {
  if (proxy === '') return null;
  return /^[a-z][a-z0-9+.-]*:\/\//iu.test(proxy) ? proxy.replace(/^socks5h:/iu, 'socks5:') : `http://${proxy}`;
}

/** Not shown if it is wrong: it may be a key. */
function requirePem(name: string, pem: unknown): void {
  if (pem === undefined || (typeof pem === 'string' && pem.includes('-----BEGIN '))) return;
  throw new UsageError('bad_option', `Expected \`${name}\` to be PEM text, got something else`, {
    hint: 'give the content of the file, not its path; it has a line -----BEGIN …-----',
  });
}
