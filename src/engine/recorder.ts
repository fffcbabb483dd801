// The contract of what keeps results: an output and, for runs that can be resumed, a journal. Or a
// queue in memory, for a library's caller. All calls are synchronous; what fails is told to the engine
// by `Engine.abort`.

import type { Result } from '../http/result.ts';
import type { InputPosition } from '../input/reader.ts';

export interface Recorder {
  /** A batch of the input begins here. */
  batchBegins(position: InputPosition): void;
  /** The record was read. */
  opened(index: number): void;
  /** Requests of these records are about to leave, and must not be sent twice. Throws if that cannot be kept. */
  willSend(indexes: readonly number[]): void;
  /** What `willSend` announced did not leave, and the record waits for another attempt: nothing of it is in doubt. */
  wasNotSent(index: number): void;
  /** An earlier process may have sent this record's request, and its answer was lost. */
  isDoubtful(index: number): boolean;
  settle(result: Result): void;
  /** Results pile up: no new request should be started. The engine is woken when they no longer do. */
  readonly isCongested: boolean;
  /** No further record should be read; what is under way goes on. */
  readonly isFull: boolean;
}
