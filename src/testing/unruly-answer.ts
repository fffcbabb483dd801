// The bytes of one answer over HTTP/1.1, as it was planned: whole, and where its head ends.

import { unrulyBytes } from './unruly-bytes.ts';
import type { UnrulyPlan } from './unruly-plan.ts';

/** What a client must refuse, whatever was asked. */
const badHeads = [
  'HTTP/1.1 2x0 OK\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
  'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-length: 1\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`,
] as const;

/** An answer as bytes. */
export interface UnrulyAnswer {
  readonly bytes: Buffer;
  /** Up to here goes its head, interim answers too. */
  readonly headBytes: number;
  /** The server ends the connection behind it. */
  readonly closes: boolean;
}

/** One of those that must be refused. */
export function badHead({ at }: UnrulyPlan): Buffer {
  return Buffer.from(badHeads[Math.floor(at * badHeads.length)] ?? badHeads[0], 'latin1');
}

/** What is sent at once up to here is read at once: one record of TLS, one segment. */
const oneReadBytes = 15_000;

/**
 * An answer that nobody asked for, which says when it was sent.
 * @param behind an answer that it comes in one piece with: no request can cross it, and so it says 1
 */
export function unaskedAnswer(behind: Buffer | null): Buffer {
  const sentMs = behind !== null && behind.length < oneReadBytes ? 1 : Date.now();
  return Buffer.from(`HTTP/1.1 200 OK\r\nx-unasked: ${sentMs}\r\ncontent-length: 7\r\n\r\nunasked`, 'latin1');
}

/** The answer to a request. With the fault `wrong-length` it says more than it has. */
export function unrulyAnswer(plan: UnrulyPlan, id: number, method: string): UnrulyAnswer {
  const { ending, fault, status } = plan;
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  const framing = plan.framing === 'until-close' && !hasBody ? 'length' : plan.framing;
  const closes = ending === 'says-close' || ending === 'closes' || framing === 'until-close';
  const lines = [`HTTP/1.1 ${status} Whatever`, `x-id: ${id}`];
  if (ending === 'says-close') lines.push('Connection: close');
  if (ending === 'hint') lines.push(`Keep-Alive: timeout=${Math.floor(plan.at * 4)}`);
  if (status !== 204) {
    if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
    if (framing === 'length')
      lines.push(`Content-Length: ${plan.bodyBytes + (fault === 'wrong-length' ? 1 + Math.floor(plan.at * 50) : 0)}`);
  }
  const interim = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(plan.interim);
  const head = Buffer.from(`${interim}${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const content = hasBody ? unrulyBytes('a', id, 0, plan.bodyBytes) : Buffer.alloc(0);
  const body = hasBody && framing === 'chunked' ? inChunks(content, plan) : content;
  return { bytes: Buffer.concat([head, body]), headBytes: head.length, closes };
}

function inChunks(content: Buffer, { at, pieces, trailers }: UnrulyPlan): Buffer {
  const parts: Buffer[] = [];
  const size = 1 + Math.floor((content.length / pieces) * (0.2 + at));
  for (let from = 0; from < content.length; from += size) {
    const piece = content.subarray(from, from + size);
    const extension = at < 0.2 ? ';a=b;c="d e"' : '';
    parts.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(trailers ? '0\r\nx-trailer: yes\r\n\r\n' : '0\r\n\r\n'));
  return Buffer.concat(parts);
}
