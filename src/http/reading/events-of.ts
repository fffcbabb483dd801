// Server-sent events of a body while it comes, as the WHATWG HTML Standard reads them (9.2.6). Connecting again,
// with the last id, is the business of whoever reads.
//
// Invariant: the events are the same however the bytes were cut, and no event beyond the limit is kept.

import { TextDecoder } from 'node:util';
import { leftAtOnce } from './left-at-once.ts';
import type { Reading } from './left-at-once.ts';
import { LineSplitter, lineTooLong } from './line-splitter.ts';
import { atLeastOne, defaultMaxLineBytes } from './lines-of.ts';

/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** Its type. @default message */
  readonly event: string;
  /** Its `data` lines, joined with `\n`. */
  readonly data: string;
  /** The last id that was sent, with this event or before: what `Last-Event-ID` says after connecting again. Empty: none. */
  readonly id: string;
  /** The last `retry` that was sent: how long to wait before connecting again, in milliseconds. Null: none. */
  readonly retryMs: number | null;
}

/** How events are read. */
export interface EventsOptions {
  /** A longer event is an error. Counted in UTF-8. @default 16 MiB */
  readonly maxEventBytes?: number | undefined;
}

/**
 * The events of a `text/event-stream`, each as soon as the blank line behind it has come. Comments and events without
 * data are passed over, and so is what the server did not end with a blank line.
 *
 * @throws ManyfetchError `line_too_long`; what the source throws
 */
export function eventsOf(chunks: AsyncIterable<Uint8Array>, options: EventsOptions = {}): Reading<ServerSentEvent> {
  const maxEventBytes = atLeastOne('`maxEventBytes`', options.maxEventBytes ?? defaultMaxLineBytes);
  return leftAtOnce(chunks, (pieces) => read(pieces, maxEventBytes));
}

async function* read(
  chunks: AsyncIterable<Uint8Array>,
  maxEventBytes: number,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  // UTF-8 whatever the content type says (9.2.6). Node's decoder takes off a second mark when the first came alone.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const splitter = new LineSplitter(maxEventBytes, 'maxEventBytes');
  const events = new EventReader(maxEventBytes);
  for await (const chunk of chunks) {
    for (const line of splitter.push(decoder.decode(chunk, { stream: true }))) {
      const event = events.push(line);
      if (event !== null) yield event;
    }
  }
}

class EventReader {
  readonly #maxEventBytes: number;
  #event = '';
  #data: string[] = [];
  #dataBytes = 0;
  #id = '';
  #retryMs: number | null = null;
  #lines = 0;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** The event that this line ends. */
  push(given: string): ServerSentEvent | null {
    const line = this.#lines++ === 0 ? given.replace(/^\ufeff/, '') : given;
    if (line === '') return this.#take();
    // A comment has an empty name, and so no field.
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.#add(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^[0-9]+$/.test(value)) this.#retryMs = Number(value);
    return null;
  }

  #add(value: string): void {
    this.#dataBytes += Buffer.byteLength(value) + 1;
    if (this.#dataBytes > this.#maxEventBytes + 1) throw lineTooLong(this.#lines, this.#maxEventBytes, 'maxEventBytes');
    this.#data.push(value);
  }

  #take(): ServerSentEvent | null {
    const data = this.#data;
    const event = this.#event === '' ? 'message' : this.#event;
    this.#data = [];
    this.#dataBytes = 0;
    this.#event = '';
    return data.length === 0 ? null : { event, data: data.join('\n'), id: this.#id, retryMs: this.#retryMs };
  }
}
