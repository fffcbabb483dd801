// What connections are told, by those who open them and by servers, and what of it can be used.

import { badValue } from '../concurrency/bad-value.ts';
import { systemClock } from '../concurrency/clock.ts';
import type { Clock } from '../concurrency/clock.ts';

/** How one call waits. */
export interface StreamWaitOptions {
  /** Gives up waiting when it aborts; the promise is rejected with its reason. A read has taken nothing then. */
  readonly signal?: AbortSignal | undefined;
  /** For this call, instead of that of the connection. */
  readonly timeoutMs?: number | undefined;
}

/** One end of a connection. */
export interface StreamAddress {
  /** An IP address; '' for a Unix socket. */
  readonly address: string;
  readonly port: number;
}

/** How to wait for what comes up to some bytes, or up to the end. */
export interface ReadUntilOptions extends StreamWaitOptions {
  /** Bytes that may come before. */
  readonly maxBytes?: number | undefined;
}

/** How to close a connection. */
export interface CloseConnectionOptions {
  /** How long what was written may take to leave. What has not left then is lost. @default 5000 */
  readonly timeoutMs?: number | undefined;
}

/** What holds for a connection as long as it lives. */
export interface StreamLimits {
  /**
   * Bytes that are read ahead; with so many waiting to be taken the other side is slowed down. Also what may wait to be
   * sent before `write` waits.
   * @default 65536
   */
  readonly bufferBytes?: number | undefined;
  /** Longest line, and longest `readUntil` that is not told otherwise, without what ends it. @default 65536 */
  readonly maxLineBytes?: number | undefined;
  /** How long a read waits for what it needs, in milliseconds. @default Infinity */
  readonly readTimeoutMs?: number | undefined;
  /** How long a write or `drain` waits, in milliseconds. @default Infinity */
  readonly writeTimeoutMs?: number | undefined;
}

/** As keys, for those who look for options that there are not. */
export const limitNames = {
  bufferBytes: 0,
  maxLineBytes: 0,
  readTimeoutMs: 0,
  writeTimeoutMs: 0,
} satisfies Record<keyof StreamLimits, 0>;

/** What asyncio and Node call them. */
export const streamOptionsElsewhere = {
  ssl: 'tls',
  secure: 'tls',
  sslhandshaketimeout: 'handshakeTimeoutMs',
  limit: 'maxLineBytes',
  timeout: 'readTimeoutMs',
  hostname: 'host',
};

/** The same, with nothing left out. */
export interface ResolvedLimits {
  readonly bufferBytes: number;
  readonly maxLineBytes: number;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly clock: Clock;
}

/** @param clock for tests @throws UsageError for what cannot be used */
export function resolvedLimits(options: StreamLimits, clock: Clock = systemClock): ResolvedLimits {
  const { bufferBytes = 65_536, maxLineBytes = 65_536, readTimeoutMs = Infinity, writeTimeoutMs = Infinity } = options;
  return {
    bufferBytes: checkedCount('`bufferBytes`', bufferBytes, 1),
    maxLineBytes: checkedCount('`maxLineBytes`', maxLineBytes, 1),
    readTimeoutMs: checkedTime('`readTimeoutMs`', readTimeoutMs),
    writeTimeoutMs: checkedTime('`writeTimeoutMs`', writeTimeoutMs),
    clock,
  };
}

/** @throws UsageError if it is no whole number from `least` up, nor Infinity */
export function checkedCount(name: string, count: number, least: number): number {
  if (count === Infinity || (Number.isSafeInteger(count) && count >= least)) return count;
  throw badValue(name, `a whole number from ${least} up`, count);
}

/** @throws UsageError if it is no time */
export function checkedTime(name: string, ms: number): number {
  if (typeof ms === 'number' && ms >= 0) return ms;
  throw badValue(name, 'a number of milliseconds, 0 or more', ms);
}

/** @throws UsageError if it is no port; 0 is one only for a server, which is given a free one */
export function checkedPort(port: number | undefined, least: 0 | 1): number {
  if (port !== undefined && Number.isInteger(port) && port >= least && port <= 65_535) return port;
  throw badValue('`port`', `a whole number from ${least} to 65535`, port);
}
