// HTTP/2 by hand: frames as bytes, and a server that sends what a test tells it, for what servers of
// node:http2 cannot be made to do. It answers SETTINGS and PING itself, unless it is to be silent.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

const prefaceBytes = 24;

/** Types of frames (RFC 9113, 6). */
export const type = { data: 0, headers: 1, reset: 3, settings: 4, push: 5, ping: 6, goAway: 7, window: 8 } as const;
const endStream = 1;
const endHeaders = 4;
const ack = 1;

/** A frame (RFC 9113, 4.1); `payload` has one character a byte. */
export function frame(kind: number, flags: number, stream: number, payload = ''): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = kind;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.write(payload, 9, 'latin1');
  return bytes;
}

function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('latin1');
}

/** Header fields as HPACK writes them when it remembers and compresses nothing (RFC 7541, 6.2.2). */
function literal([name, value]: readonly [string, string]): string {
  return `\0${length(name)}${name}${length(value)}${value}`;
}

/** An integer with a prefix of seven bits (RFC 7541, 5.1). */
function length(text: string): string {
  if (text.length < 127) return String.fromCharCode(text.length);
  let rest = text.length - 127;
  let bytes = '\x7f';
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes += String.fromCharCode((rest % 128) + 128);
  return bytes + String.fromCharCode(rest);
}

type Fields = readonly (readonly [string, string])[];

/** A head of an answer, or trailers if it has no status. */
export function head(stream: number, fields: Fields, ends = false): Buffer {
  return frame(type.headers, endHeaders + (ends ? endStream : 0), stream, fields.map(literal).join(''));
}

export const ok = (stream: number, more: Fields = [], ends = false): Buffer =>
  head(stream, [[':status', '200'], ...more], ends);
export const data = (stream: number, bytes: string, ends = false): Buffer =>
  frame(type.data, ends ? endStream : 0, stream, bytes);
export const reset = (stream: number, code: number): Buffer => frame(type.reset, 0, stream, uint32(code));
export const goAway = (lastStream: number, code = 0): Buffer =>
  frame(type.goAway, 0, 0, uint32(lastStream) + uint32(code));
/** SETTINGS_MAX_CONCURRENT_STREAMS, if it is given. */
export const settings = (maxStreams?: number): Buffer =>
  frame(type.settings, 0, 0, maxStreams === undefined ? '' : `\0\x03${uint32(maxStreams)}`);

/** A frame that came. */
export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** One connection of a peer. */
export interface PeerConnection {
  /** 0, 1, 2, ... */
  readonly nth: number;
  readonly socket: Socket;
  send(...frames: readonly Buffer[]): void;
}

/** What a peer does, besides answering SETTINGS and PING. */
export interface PeerScript {
  /** @default sends SETTINGS */
  onConnection?(connection: PeerConnection): void;
  onFrame(frame: Frame, connection: PeerConnection): void;
  /** Leaves SETTINGS and PING unanswered. */
  readonly isSilent?: boolean;
}

/** A server that speaks HTTP/2 over cleartext as it is told. */
export class Http2Peer implements AsyncDisposable {
  readonly frames: Frame[] = [];
  readonly connections: PeerConnection[] = [];
  origin = '';
  readonly #script: PeerScript;
  readonly #server = createServer({ noDelay: true }, (socket) => this.#serve(socket));

  constructor(script: PeerScript) {
    this.#script = script;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  /** Frames of a type that came. */
  of(kind: number): Frame[] {
    return this.frames.filter((one) => one.kind === kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    const connection: PeerConnection = {
      nth: this.connections.length,
      socket,
      send: (...frames) => void socket.write(Buffer.concat(frames)),
    };
    this.connections.push(connection);
    socket.on('error', () => {});
    let received = Buffer.alloc(0);
    let at = prefaceBytes;
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      for (;;) {
        if (received.length < at + 9) break;
        const end = at + 9 + received.readUIntBE(at, 3);
        if (received.length < end) break;
        const [kind = 0, flags = 0] = received.subarray(at + 3);
        const stream = received.readUInt32BE(at + 5);
        this.#came({ kind, flags, stream, payload: received.subarray(at + 9, end) }, connection);
        at = end;
      }
    });
    if (this.#script.onConnection === undefined) connection.send(settings());
    else this.#script.onConnection(connection);
  }

  #came(came: Frame, connection: PeerConnection): void {
    this.frames.push(came);
    const isAck = (came.flags & ack) !== 0;
    if (isAck || this.#script.isSilent === true) this.#script.onFrame(came, connection);
    else this.#answer(came, connection);
  }

  #answer(came: Frame, connection: PeerConnection): void {
    if (came.kind === type.settings) connection.send(frame(type.settings, ack, 0));
    if (came.kind === type.ping) connection.send(frame(type.ping, ack, 0, came.payload.toString('latin1')));
    this.#script.onFrame(came, connection);
  }
}
