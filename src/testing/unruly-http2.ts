// The streams of an unruly server over HTTP/2: each does what its plan says; some of them end the session, or
// have it drained.

import { constants } from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { unrulyBytes, wrongBytes } from './unruly-bytes.ts';
import { silentMs } from './unruly-http1.ts';
import type { UnrulyLedger } from './unruly-ledger.ts';
import { drawUnrulyPlan } from './unruly-plan.ts';
import type { UnrulyPlan, UnrulyTemper } from './unruly-plan.ts';

const unref = { ref: false } as const;
const resetCodes = [
  constants.NGHTTP2_INTERNAL_ERROR,
  constants.NGHTTP2_CANCEL,
  constants.NGHTTP2_ENHANCE_YOUR_CALM,
  constants.NGHTTP2_NO_ERROR,
  constants.NGHTTP2_HTTP_1_1_REQUIRED,
] as const;

/** Has a session answer its streams. */
export function serveUnrulyHttp2(session: ServerHttp2Session, temper: UnrulyTemper, ledger: UnrulyLedger): void {
  const state = { seen: 0, last: Infinity };
  session.on('error', () => {});
  // What is not read on one stream must not hold up the others: nobody could tell when those were sent.
  session.setLocalWindowSize(64 * 1024 * 1024);
  session.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const id = Number.parseInt(String(headers[':path']).slice(1), 10);
    const plan = drawUnrulyPlan(temper, id);
    const number = stream.id ?? 0;
    if (number > state.last || ledger.refuses(id, plan.refusals)) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    state.seen = Math.max(state.seen, number);
    ledger.took(id, String(headers[':method']));
    if (plan.ending === 'says-close' && state.last === Infinity) {
      // Drained: what is on it is answered, what comes later is not taken.
      state.last = state.seen;
      session.goaway(constants.NGHTTP2_NO_ERROR, state.last);
      const timer = setTimeout(() => session.close(), 10);
      timer.unref();
    }
    new UnrulyStream(stream, headers, plan, id, ledger, temper).answer().catch((error: unknown) => {
      if (!stream.destroyed) ledger.violation(`stream of request ${id}: ${String(error)}`);
    });
  });
}

class UnrulyStream {
  readonly #stream: ServerHttp2Stream;
  readonly #method: string;
  readonly #path: string;
  readonly #plan: UnrulyPlan;
  readonly #id: number;
  readonly #ledger: UnrulyLedger;
  readonly #temper: UnrulyTemper;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    plan: UnrulyPlan,
    id: number,
    ledger: UnrulyLedger,
    temper: UnrulyTemper,
  ) {
    this.#stream = stream;
    this.#method = String(headers[':method']);
    this.#path = String(headers[':path']);
    this.#plan = plan;
    this.#id = id;
    this.#ledger = ledger;
    this.#temper = temper;
  }

  async answer(): Promise<void> {
    const { delayMs, fault, reading } = this.#plan;
    if (reading === 'never') return this.#fallSilent();
    if (reading !== 'behind-answer') await this.#readBody();
    if (delayMs > 0) await sleep(delayMs, undefined, unref);
    if (this.#gone) return;
    if (fault === null) await this.#succeed();
    else await this.#fail();
    if (reading === 'behind-answer' && !this.#gone) await this.#readBody();
  }

  get #gone(): boolean {
    return this.#stream.destroyed || this.#stream.closed || this.#stream.session?.destroyed !== false;
  }

  async #readBody(): Promise<void> {
    let offset = 0;
    try {
      for await (const piece of this.#stream as AsyncIterable<Buffer>) {
        const wrong = wrongBytes('u', this.#id, offset, piece);
        if (wrong !== null) this.#ledger.violation(`the body of request ${this.#id} is not its own: ${wrong}`);
        offset += piece.length;
        if (this.#plan.reading === 'slowly') await sleep(this.#temper.maxDelayMs / 200, undefined, unref);
      }
    } catch {
      return;
    }
    const announced = Number(/[?&]up=(\d+)/.exec(this.#path)?.[1] ?? 0);
    const isWhole = !this.#stream.aborted && !this.#gone && this.#stream.rstCode === 0;
    if (isWhole && announced > 0 && offset !== announced)
      this.#ledger.violation(`request ${this.#id} ended after ${offset} of ${announced} bytes of its body`);
  }

  #head(extraLength: number, endStream: boolean): void {
    const { bodyBytes, framing, interim, status, trailers } = this.#plan;
    for (let nth = 0; nth < interim; nth++) this.#stream.additionalHeaders({ ':status': 103, link: '</x>' });
    const says = status !== 204 && (framing === 'length' || extraLength > 0);
    const length = says ? { 'content-length': String(bodyBytes + extraLength) } : {};
    const hasTrailers = trailers && !endStream && extraLength === 0;
    if (hasTrailers) this.#stream.once('wantTrailers', () => this.#stream.sendTrailers({ 'x-trailer': 'yes' }));
    const fields = { ':status': status, 'x-id': String(this.#id), ...length };
    this.#stream.respond(fields, { endStream, waitForTrailers: hasTrailers });
  }

  async #succeed(): Promise<void> {
    const { bodyBytes, status } = this.#plan;
    const hasBody = this.#method !== 'HEAD' && status !== 204 && status !== 304;
    this.#head(0, !hasBody);
    if (!hasBody) return;
    await this.#send(unrulyBytes('a', this.#id, 0, bodyBytes));
    if (!this.#gone) this.#stream.end();
  }

  async #fail(): Promise<void> {
    const { abrupt, at, bodyBytes, fault } = this.#plan;
    const code = resetCodes[Math.floor(at * resetCodes.length)] ?? constants.NGHTTP2_CANCEL;
    // Its length is always told here: some ways of node:http2 to reset a stream end it before.
    if (fault === 'silent' || fault === 'bad-head') return this.#fallSilent();
    if (fault === 'before-head' && abrupt && at < 0.2) {
      this.#stream.session?.destroy();
      return;
    }
    if (fault === 'in-body' || fault === 'wrong-length') {
      if (this.#method !== 'HEAD') {
        this.#head(100, false);
        await this.#send(unrulyBytes('a', this.#id, 0, Math.floor(bodyBytes * at)));
      }
      if (this.#gone) return;
      if (fault === 'wrong-length' && this.#method !== 'HEAD') this.#stream.end();
      else if (abrupt && at < 0.2) this.#stream.session?.destroy();
    }
    if (fault !== 'wrong-length' || this.#method === 'HEAD') this.#stream.close(code);
  }

  async #fallSilent(): Promise<void> {
    await sleep(silentMs, undefined, unref);
    if (!this.#gone) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  async #send(bytes: Buffer): Promise<void> {
    const { at, pauseMs, pieces } = this.#plan;
    const size = Math.max(1, Math.ceil((bytes.length / pieces) * (0.5 + at)));
    for (let from = 0; from < bytes.length && !this.#gone; from += size) {
      if (from > 0) await sleep(pauseMs, undefined, unref);
      if (!this.#gone) this.#stream.write(bytes.subarray(from, from + size));
    }
  }
}
