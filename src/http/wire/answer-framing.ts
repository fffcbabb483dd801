// Where an answer ends, and whether its connection lives on: RFC 9112, 6.3 and 9.3. Pure.
//
// Invariant: an answer whose end two readers could see in different places is a fault, never a guess.

import { WireFault } from './wire-fault.ts';

/** `trim` would also take what is no white space in HTTP, as 0xA0. */
const outerSpace = /^[\t ]+|[\t ]+$/g;

/** What the head says about the body and the connection. */
export interface Framing {
  /** Bytes of the body; -1: they are not told. */
  readonly length: number;
  readonly chunked: boolean;
  /** There may be another answer on the connection, if this one ends by itself. */
  readonly persistent: boolean;
  /** `timeout` of the Keep-Alive header in seconds; -1: there is none. */
  readonly keepAliveSeconds: number;
}

const deciding = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive']);

/** Whether fields of this name, in lower case, have a say in it. */
export function decides(name: string): boolean {
  return deciding.has(name);
}

/** Reads the fields that decide. @throws WireFault */
export function frameOf(minorVersion: 0 | 1, status: number, headers: readonly string[]): Framing {
  let length = -1;
  let coding: string | null = null;
  let close = false;
  let keepAlive = false;
  let keepAliveSeconds = -1;
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1] ?? '';
    switch (headers[at]) {
      case 'content-length':
        if (length >= 0) throw new WireFault('two_lengths');
        length = readLength(value);
        break;
      case 'transfer-encoding':
        if (coding !== null) throw new WireFault('bad_transfer_encoding', 'the field comes twice');
        coding = value.toLowerCase();
        break;
      case 'connection':
        close ||= hasToken(value, 'close');
        keepAlive ||= hasToken(value, 'keep-alive');
        break;
      case 'keep-alive':
        keepAliveSeconds = readTimeout(value);
        break;
      default:
    }
  }
  refuseAmbiguous(minorVersion, status, length, coding);
  const persistent = !close && (minorVersion === 1 || keepAlive);
  return { length, chunked: coding !== null, persistent, keepAliveSeconds };
}

function refuseAmbiguous(minorVersion: 0 | 1, status: number, length: number, coding: string | null): void {
  if (coding !== null) {
    if (length >= 0) throw new WireFault('length_and_chunked');
    if (minorVersion === 0) throw new WireFault('chunked_in_1_0');
    if (coding !== 'chunked') throw new WireFault('bad_transfer_encoding', JSON.stringify(coding.slice(0, 60)));
  }
  const isInterim = status < 200;
  if (!isInterim && status !== 204) return;
  // A length of 0 says what is so anyway, and is often sent with 204.
  if (coding !== null || length > 0) throw new WireFault('framing_of_nothing', `status ${status}`);
}

function readLength(value: string): number {
  if (!/^\d+$/.test(value)) {
    throw new WireFault(value.includes(',') ? 'two_lengths' : 'bad_length', JSON.stringify(value.slice(0, 60)));
  }
  const length = Number(value);
  if (!Number.isSafeInteger(length)) throw new WireFault('bad_length', value.slice(0, 60));
  return length;
}

function hasToken(value: string, name: string): boolean {
  if (value === name) return true;
  return value.split(',').some((word) => word.replace(outerSpace, '').toLowerCase() === name);
}

function readTimeout(value: string): number {
  const match = /(?:^|[\s,;])timeout\s*=\s*"?(\d{1,9})/i.exec(value);
  return match === null ? -1 : Number(match[1]);
}
