// undici's own HTTP/1.1 code (its parser, and what it makes of the parser's words), run on bytes without a
// network: what it takes for its client and its socket are the objects below, the rest is undici's. Its files
// are not part of its public face; a test holds this oracle to real clients over sockets.

import { createRequire } from 'node:module';
import { emptyAnswer, readsOf } from './answer-case.ts';
import type { AnswerCase, AnswerOutcome, Ending, SeenAnswer } from './answer-case.ts';

type Listener = (this: ScriptedSocket) => void;

/** What undici calls a context: `resume` is called when something has changed. */
interface Context {
  resume(): void;
}

const load = createRequire(import.meta.url);
const symbols = load('undici/lib/core/symbols.js') as Readonly<Record<string, symbol>>;
const connect = load('undici/lib/dispatcher/client-h1.js') as (client: object, socket: ScriptedSocket) => Context;

function symbol(name: string): symbol {
  const found = symbols[name];
  if (found === undefined)
    throw new Error(`undici has no symbol ${name} any more: see how its client-h1.js does it now`);
  return found;
}

const kClient = symbol('kClient');
const kError = symbol('kError');
const kPendingIdx = symbol('kPendingIdx');
const kRunningIdx = symbol('kRunningIdx');
const kQueue = symbol('kQueue');
const kPipelining = symbol('kPipelining');
const kRunning = symbol('kRunning');
const kSize = symbol('kSize');
const kResume = symbol('kResume');

/** Header sections up to this size are taken. */
const maxHeadBytes = 1 << 20;

/** A socket whose reads are given to it. */
class ScriptedSocket {
  destroyed = false;
  error: Error | undefined;
  readonly #listeners = new Map<string, Listener[]>();
  #unread: Buffer | null = null;

  on(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, [listener]);
    else listeners.push(listener);
  }

  emit(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener.call(this);
  }

  bring(bytes: Buffer): void {
    this.#unread = bytes;
    this.emit('readable');
  }

  read(): Buffer | null {
    const bytes = this.#unread;
    this.#unread = null;
    return bytes;
  }

  unshift(bytes: Buffer): void {
    this.#unread = bytes;
  }

  destroy(error?: Error): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.error = error;
  }

  /** undici destroys only what looks like a stream. */
  pipe(): void {}
}

/** One request of a pipeline, as undici's code calls it. */
class ScriptedRequest {
  readonly upgrade = null;
  aborted = false;
  readonly bodyTimeout = 0;
  readonly headersTimeout = 0;
  readonly answer: SeenAnswer = emptyAnswer();
  readonly method: string;
  readonly #run: OracleRun;

  constructor(method: string, run: OracleRun) {
    this.method = method;
    this.#run = run;
  }

  onResponseStarted(): void {}

  onResponseStart(status: number, headers: readonly Buffer[]): boolean {
    const list = flat(headers);
    if (status < 200) {
      this.answer.interim.push({ status, headers: list });
    } else {
      this.answer.status = status;
      this.answer.headers = list;
    }
    return true;
  }

  onResponseData(bytes: Buffer): boolean {
    this.answer.body += bytes.toString('latin1');
    return true;
  }

  onResponseEnd(trailers: readonly Buffer[]): void {
    this.answer.trailers = flat(trailers);
    this.answer.read = this.#run.read;
    this.#run.answers.push(this.answer);
  }

  onResponseError(): void {
    // undici holds a request to that.
    this.aborted = true;
  }
}

/** One connection, with what undici's code wants to know of its client. */
class OracleRun {
  read = 0;
  readonly answers: SeenAnswer[] = [];
  readonly #requests: readonly ScriptedRequest[];
  readonly #socket = new ScriptedSocket();
  readonly #client: Record<PropertyKey, unknown>;

  constructor(methods: readonly string[]) {
    this.#requests = methods.map((method) => new ScriptedRequest(method, this));
    this.#client = clientOf(this.#requests);
    Object.assign(this.#socket, { [kClient]: this.#client, [kError]: null });
    const context = connect(this.#client, this.#socket);
    this.#client[kResume] = () => {
      // With nothing under way undici starts a timer for idle sockets; there is no more to come here.
      if (this.answers.length < methods.length) context.resume();
    };
    context.resume();
  }

  run(reads: readonly Buffer[]): AnswerOutcome {
    const socket = this.#socket;
    for (const bytes of reads) {
      if (socket.destroyed) break;
      socket.bring(bytes);
      this.read++;
    }
    const idle = !socket.destroyed && this.answers.length === this.#requests.length;
    const refused = socket.destroyed;
    this.read = reads.length;
    if (!socket.destroyed) socket.emit('end');
    const { error } = socket;
    socket.emit('close');
    const partial = this.#requests[this.answers.length]?.answer ?? emptyAnswer();
    if (idle) return { answers: this.answers, partial, ending: 'idle', fault: '' };
    const ending: Ending = isReset(error) ? 'closing' : refused ? 'refused' : 'cut';
    return { answers: this.answers, partial, ending, fault: ending === 'closing' ? '' : describe(error) };
  }
}

/** What is the same for every client. */
const settings: Readonly<Record<PropertyKey, unknown>> = {
  [symbol('kPending')]: 0,
  [symbol('kMaxHeadersSize')]: maxHeadBytes,
  [symbol('kMaxResponseSize')]: -1,
  [symbol('kBodyTimeout')]: 0,
  [symbol('kHeadersTimeout')]: 0,
  [symbol('kKeepAliveDefaultTimeout')]: 0,
  [symbol('kKeepAliveTimeoutValue')]: 0,
  [symbol('kKeepAliveTimeoutThreshold')]: 0,
  [symbol('kKeepAliveMaxTimeout')]: Number.MAX_SAFE_INTEGER,
  [symbol('kUseMilo')]: false,
  [symbol('kOnError')]: () => {},
  destroyed: false,
  emit: () => {},
};

function clientOf(requests: readonly ScriptedRequest[]): Record<PropertyKey, unknown> {
  const client: Record<PropertyKey, unknown> = {
    ...settings,
    [kQueue]: [...requests],
    [kRunningIdx]: 0,
    [kPendingIdx]: requests.length,
    get [kRunning]() {
      return (client[kPendingIdx] as number) - (client[kRunningIdx] as number);
    },
    get [kSize]() {
      return requests.length - (client[kRunningIdx] as number);
    },
    [kPipelining]: requests.length + 1,
  };
  return client;
}

/** undici gives up a connection after a complete answer. */
function isReset(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'UND_ERR_INFO' && error.message === 'reset';
}

function describe(error: Error | undefined): string {
  if (error === undefined) return 'no error';
  const code = 'code' in error ? String(error.code) : error.name;
  return `${code} ${error.message}`;
}

/** Names in lower case, values as they came: each byte a character. */
function flat(headers: readonly Buffer[]): string[] {
  return headers.map((bytes, index) =>
    index % 2 === 0 ? bytes.toString('latin1').toLowerCase() : bytes.toString('latin1'),
  );
}

/** What undici makes of a case. */
export function askUndici(answerCase: AnswerCase): AnswerOutcome {
  return new OracleRun(answerCase.methods).run(readsOf(answerCase));
}
