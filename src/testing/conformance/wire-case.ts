// What a case of the byte-level suite is: bytes of a server, and what a transport must make of them. Plain
// data, so that the same cases go over sockets and, at every position, through a parser alone.

import type { ErrorCode } from '../../errors.ts';
import type { WireFaultName } from '../../http/wire/wire-fault.ts';
import type { UndiciDifference } from './undici-differences.ts';

/** A whole answer. */
export interface WholeAnswer {
  readonly result: 'whole';
  readonly status: number;
  /** In latin1: a character a byte. */
  readonly body: string;
  /** All of them; null: they are not what the case is about. */
  readonly headers: readonly string[] | null;
  readonly trailers: readonly string[];
  /** Statuses of the interim answers. */
  readonly interim: readonly number[];
  /** The connection carries another exchange. */
  readonly kept: boolean;
}

/** An error, and what came before it. A connection is never kept after one. */
export interface Failed {
  readonly result: 'failed';
  readonly code: ErrorCode;
  /** Null: it is no fault of the bytes, or the transport has no names for faults. */
  readonly fault: WireFaultName | null;
  /** What was told of the body before; null: the head was not told either. */
  readonly before: string | null;
}

export type Outcome = WholeAnswer | Failed;

/** What undici makes of it, if that is something else. */
export interface Difference {
  readonly because: UndiciDifference;
  readonly outcome: Outcome;
}

/** One case. */
export interface WireCase {
  readonly name: string;
  /** What the server sends, in latin1, once it has read the request. */
  readonly bytes: string;
  /** What it does then. */
  readonly ending: 'stay' | 'end' | 'reset';
  readonly method: string;
  /** Limit of a header section; null: the transport's own. */
  readonly maxHeaderBytes: number | null;
  readonly expected: Outcome;
  readonly undici: Difference | null;
}

/** The cases of one subject. */
export interface Theme {
  readonly name: string;
  readonly cases: readonly WireCase[];
}

/** Lines of a head, with the empty one. The first is the status line. */
export const lines = (...all: readonly string[]): string => [...all, '', ''].join('\r\n');
/** A head with status 200. */
export const head = (...headers: readonly string[]): string => lines('HTTP/1.1 200 OK', ...headers);
/** A head that announces chunks. */
export const chunkedHead = head('transfer-encoding: chunked');
/** The end of a body in chunks. */
export const lastChunk = '0\r\n\r\n';

type Setting = Partial<Pick<WireCase, 'ending' | 'method' | 'maxHeaderBytes' | 'undici'>>;

const settings = { ending: 'stay', method: 'GET', maxHeaderBytes: null, undici: null } as const;

/** A whole answer as an outcome: what is not said is 200, nothing, and kept. */
export function whole(body: string, more: Partial<WholeAnswer> = {}): WholeAnswer {
  return { result: 'whole', status: 200, body, headers: null, trailers: [], interim: [], kept: true, ...more };
}

const codes: Partial<Record<WireFaultName, ErrorCode>> = {
  cut_head: 'connection_closed',
  cut_body: 'body_cut',
  head_too_large: 'headers_too_large',
};

/** A fault as an outcome. */
export function failed(fault: WireFaultName, before: string | null = null): Failed {
  return { result: 'failed', code: codes[fault] ?? 'protocol_error', fault, before };
}

/** A case that is taken; or whose end has no fault of ours behind it. */
export function takes(name: string, bytes: string, expected: Outcome, setting: Setting = {}): WireCase {
  return { ...settings, name, bytes, expected, ...setting };
}

/** A case that is refused before its head has been told. */
export function refuses(name: string, bytes: string, fault: WireFaultName, setting: Setting = {}): WireCase {
  return { ...settings, name, bytes, expected: failed(fault), ...setting };
}

/** A case that is refused after `before` of its body has been told. */
export function breaksOff(
  name: string,
  bytes: string,
  before: string,
  fault: WireFaultName,
  setting: Setting = {},
): WireCase {
  return { ...settings, name, bytes, expected: failed(fault, before), ...setting };
}

/** An error of undici, whose faults have no names of ours. */
export function error(code: ErrorCode, before: string | null = null): Failed {
  return { result: 'failed', code, fault: null, before };
}

/** undici makes something else of it. */
export function undici(because: UndiciDifference, outcome: Outcome): { readonly undici: Difference } {
  return { undici: { because, outcome } };
}
