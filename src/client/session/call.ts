// One call of a client on its way: attempts, and in each of them exchanges, until there is an answer to give. It wires what
// the others know: limits, credentials, cookies, sending, what follows after an answer, hooks.
//
// Invariants: it can be stopped at any moment, and ends at once then. It is over once; then no permit, timer, listener or
// connection of it is left. A stream keeps it going until its body is over.

import type { Bagged } from '../../concurrency/containers/bag.ts';
import { onAbort } from '../../concurrency/on-abort.ts';
import { Timeout } from '../../concurrency/time/timer-wheel.ts';
import { DeadlineError, TransportError } from '../../errors.ts';
import type { BodySource } from '../../http/body-source.ts';
import type { HttpRequest } from '../../http/request.ts';
import type { SendOptions } from '../../http/transport.ts';
import type { AnyResponse } from '../response/any-response.ts';
import { ResponseError } from '../response/response-error.ts';
import { noCredentials } from './no-credentials.ts';
import { delayBeforeRetry, final, metDeadConnection, stepAfter } from './answer-step.ts';
import type { AnswerStep, CallPosition } from './answer-step.ts';
import { CallCredentials } from './call-credentials.ts';
import type { CallHome } from './call-home.ts';
import type { CallSettings } from './call-settings.ts';
import { hookedRequest } from './hooked-request.ts';
import { Interruption } from './interruption.ts';
import { Place } from './place.ts';
import type { PlannedRequest } from './planned-request.ts';
import { recordExchange } from './record-exchange.ts';
import { responseOf } from './response-of.ts';
import { Sending } from './sending.ts';
import type { SendingOwner } from './sending.ts';
import { sendingTimings } from './sending-timings.ts';
import { watchedSource } from './watched-source.ts';
import type { SourceWatch } from './watched-source.ts';

/** A stream that has waited so long for its reader gives its place to others. */
const unreadMs = 1000;
/** So long after this machine ran short it is asked again, later and later, and for so long at most. */
const shortageMs = 50;
const longestPauseMs = 1_000;
const longestShortageMs = 30_000;
/** So often credentials are waited for anew that were refused again before their request had a place. */
const mostWaits = 10;
const timed: SendOptions = Object.freeze({ timed: true });

export class Call implements SendingOwner, SourceWatch, CallPosition, Bagged {
  bagIndex = -1;
  readonly settings: CallSettings;
  attempts = 0;
  hops = 0;
  readonly #home: CallHome;
  readonly #isStream: boolean;
  readonly #startedMs: number;
  /** What was asked for, and what a hook made of it for this attempt. */
  readonly #planned: PlannedRequest;
  #hooked: PlannedRequest;
  /** What is sent now: what was planned, or where a redirect led; without credentials and cookies. */
  #request: HttpRequest;
  #source: BodySource | null = null;
  #sourceOpened = false;
  #sending: Sending | null = null;
  readonly #credentials: CallCredentials;
  /** Credentials were asked for already. */
  #challenged = false;
  #history: AnyResponse[] = [];
  #step: AnswerStep = final;
  /** The time of this attempt that is used up; of that, what this machine was short of something. */
  #spentMs = 0;
  #shortMs = 0;
  readonly #interruption: Interruption;
  readonly #place: Place;
  #unlisten: (() => void) | null = null;
  #total: Timeout | null = null;
  #unread: Timeout | null = null;
  /** The caller has its answer, or an error. */
  #handedOver = false;
  #isOver = false;
  /** Referred to, and nothing else. */
  keeper: object | null;

  /** @param keeper what must not be taken for dropped while this is on its way */
  constructor(home: CallHome, planned: PlannedRequest, settings: CallSettings, isStream: boolean, keeper: object) {
    this.keeper = keeper;
    this.#home = home;
    this.#planned = planned;
    this.#hooked = planned;
    this.#request = planned.request;
    this.settings = settings;
    this.#isStream = isStream;
    this.#startedMs = home.parts.clock.now();
    this.#credentials = new CallCredentials(home, planned);
    this.#interruption = new Interruption(home.parts.wheel);
    this.#place = new Place(home, this.#interruption);
  }

  get safeTwice(): boolean {
    return this.#hooked.safeTwice;
  }

  get method(): string {
    return this.#hooked.request.method;
  }

  /** Whether the body can be sent once more. */
  get canResend(): boolean {
    return this.#planned.body.repeatable || !this.#sourceOpened;
  }

  /** @param signal one that is not aborted yet */
  async run(signal: AbortSignal | undefined): Promise<AnyResponse> {
    try {
      if (signal !== undefined) this.#unlisten = onAbort(signal, () => this.stop(signal.reason));
      if (this.settings.totalTimeoutMs > 0) this.#watchTotal(this.settings.totalTimeoutMs);
      for (;;) {
        const response = await this.#attempt();
        if (response !== null) return response;
        this.#home.counts.retried++;
      }
    } catch (error) {
      // An answer that is thrown can still be read.
      if (!(error instanceof ResponseError)) this.#sending?.stop(error);
      const { stopped } = this.#interruption;
      throw stopped === null ? error : stopped.reason;
    } finally {
      this.#handedOver = true;
      if (this.#sending === null || this.#sending.endMs !== null) this.#end();
    }
  }

  stop(reason: unknown): void {
    if (this.#isOver) return;
    this.#interruption.stop(reason);
    this.#sending?.stop(reason);
  }

  headCame(status: number, headers: readonly string[]): boolean {
    const refused = this.#credentials.headCame(this.#request, this.#source, status, headers) && !this.#challenged;
    this.#step = stepAfter(this.#request, status, headers, refused, this, this.#home.parts.clock.wallNow());
    return this.#isStream && this.#step.kind === 'final';
  }

  sourceOpened(): void {
    this.#sourceOpened = true;
  }

  sourceEnded(): void {
    this.#sending?.bodySent();
  }

  exchangeOver(told?: 'unused'): void {
    // What a challenge gave may be good for one use, and for a short time: it is answered before others come. But each
    // exchange counts for a rate.
    const goesOn = this.#step.kind === 'again' && this.#credentials.isReady(this.#request) === true;
    if (!goesOn || this.#home.permits.limits.rates.length > 0) this.#place.giveBack(told);
  }

  bodyPaused(paused: boolean): void {
    const { wheel } = this.#home.parts;
    if (paused) {
      this.#unread ??= new Timeout({ onTimeout: () => this.#place.giveBack() });
      wheel.set(this.#unread, unreadMs);
    } else if (this.#unread !== null) wheel.clear(this.#unread);
  }

  bodyOver(error: unknown): void {
    if (this.#sending !== null) this.#record(this.#sending, null, error);
    if (this.#handedOver) this.#end();
  }

  /** One attempt. Null: another one has to follow. */
  async #attempt(): Promise<AnyResponse | null> {
    this.attempts++;
    this.hops = 0;
    this.#spentMs = 0;
    this.#shortMs = 0;
    this.#history = [];
    const { options, planner } = this.#home;
    const { beforeRequest } = options.hooks;
    const planned = this.#planned;
    if (beforeRequest !== undefined)
      this.#hooked = await hookedRequest(planned, beforeRequest, this.attempts, planner, this.#interruption);
    this.#request = this.#hooked.request;
    this.#source = planned.body.source;
    let sending: Sending;
    try {
      sending = await this.#exchanges();
    } catch (error) {
      if (this.#interruption.stopped !== null || !(error instanceof TransportError)) throw error;
      const sent = this.hops > 0 || error.sent;
      const delayMs = delayBeforeRetry({ status: null, code: error.code, sent, retryAfterMs: null }, this);
      if (delayMs === null) throw error;
      await this.#beforeRetry(delayMs, null, error);
      return null;
    }
    const step = this.#step;
    if (step.kind === 'retry') {
      await this.#beforeRetry(step.delayMs, sending.status, null);
      return null;
    }
    const response = await this.#responseOf(sending);
    if (step.kind === 'stuck') throw new ResponseError(step.code, step.message, response, step.hint);
    const { afterResponse } = options.hooks;
    const wish = afterResponse === undefined ? undefined : await this.#interruption.waitFor(afterResponse(response));
    if (wish === 'retry' && this.attempts <= Math.max(1, this.settings.retries) && this.canResend) {
      sending.stream?.cancel();
      return null;
    }
    this.#interruption.check();
    return this.settings.raiseForStatus ? response.raiseForStatus() : response;
  }

  /** Follows redirects and answers challenges. */
  async #exchanges(): Promise<Sending> {
    this.#challenged = false;
    this.#credentials.begin();
    for (;;) {
      const sending = await this.#send(false);
      this.#spentMs += (sending.endMs ?? sending.headMs) - sending.sentMs;
      const step = this.#step;
      if (step.kind === 'again') this.#challenged = true;
      else if (step.kind === 'redirect') {
        this.#history = [...this.#history, await this.#passed(sending)];
        this.hops++;
        this.#challenged = false;
        this.#request = step.request;
        this.#credentials.redirected(step.request);
        if (!step.keepsBody) this.#source = null;
      } else return sending;
    }
  }

  async #send(fresh: boolean): Promise<Sending> {
    const request = await this.#placed();
    this.#interruption.check();
    const sending = new Sending(request, this, this.#home.parts);
    this.#sending = sending;
    this.#step = final;
    this.#home.counts.sent++;
    const { timeoutMs } = this.settings;
    try {
      await sending.send(this.#sendOptions(fresh), timeoutMs === 0 ? Infinity : Math.max(1, timeoutMs - this.#spentMs));
      if (this.#home.options.har !== null && sending.stream === null)
        this.#record(sending, await (await this.#passed(sending)).bytes(), null);
      return sending;
    } catch (error) {
      this.#record(sending, null, error);
      if (this.#interruption.stopped !== null || !(error instanceof TransportError)) throw error;
      if (await this.#waitedForOthers(error)) return await this.#send(fresh);
      if (fresh || !metDeadConnection(error, this)) throw error;
      this.#home.counts.resent++;
      return await this.#send(true);
    }
  }

  /** Waits for a place, and for what proves who asks: that last, if it can be, since tokens and nonces grow old in a line. */
  async #placed(): Promise<HttpRequest> {
    const request = this.#request;
    const credentials = this.#credentials;
    let early: string | null = null;
    for (let waits = 0; ; waits++) {
      const isReady = credentials.isReady(request);
      if (isReady !== true) early = await this.#authorize(request);
      await this.#place.take(request, this.settings.queueTimeoutMs);
      if (isReady === undefined) return credentials.complete(request, early);
      if (credentials.isReady(request) === true) return credentials.complete(request, await this.#authorize(request));
      if (!isReady && waits >= mostWaits) return credentials.complete(request, early);
      // What was there is gone: it was refused. It is not waited for here, as the request that brings it may need the place.
      this.#place.giveBack('unused');
    }
  }

  #authorize(request: HttpRequest): string | null | Promise<string | null> {
    const given = this.#credentials.authorize(request, this.#source);
    if (typeof given !== 'object' || given === null) return given;
    const { timeoutMs } = this.settings;
    return this.#interruption.waitFor(given, timeoutMs, () => noCredentials(request, timeoutMs));
  }

  /** This machine is short of something that others will give back: that costs no attempt, but its time. */
  async #waitedForOthers({ code, sent, systemCode }: TransportError): Promise<boolean> {
    if (code !== 'local_limit' || sent || !this.canResend) return false;
    this.#home.permits.shortage(systemCode ?? code);
    const pauseMs = Math.min(Math.max(shortageMs, this.#shortMs), longestPauseMs);
    this.#shortMs += pauseMs;
    this.#spentMs += pauseMs;
    if (this.#spentMs >= Math.min(this.settings.timeoutMs || Infinity, longestShortageMs)) return false;
    await this.#interruption.pause(pauseMs);
    return true;
  }

  #sendOptions(fresh: boolean): SendOptions {
    const source = this.#source;
    if (source === null) return fresh ? { timed: true, fresh } : timed;
    return { timed: true, fresh, body: watchedSource(source, this) };
  }

  async #beforeRetry(delayMs: number, status: number | null, error: Error | null): Promise<void> {
    const { method, shownUrl: url } = this.#request;
    const { onRetry } = this.#home.options.hooks;
    if (onRetry !== undefined)
      await this.#interruption.waitFor(onRetry({ method, url, attempt: this.attempts, delayMs, status, error }));
    await this.#interruption.pause(delayMs);
  }

  /** An answer that is not the one to give: that its body cannot be decoded is no reason to stop at it. */
  #passed(sending: Sending): Promise<AnyResponse> {
    return this.#responseOf(sending).catch((error: unknown) => {
      if (error instanceof TransportError) return this.#responseOf(sending, { ...this.settings, decompress: false });
      throw error;
    });
  }

  #responseOf(sending: Sending, settings = this.settings): Promise<AnyResponse> {
    const story = {
      history: this.#history,
      attempts: this.attempts,
      startedMs: this.#startedMs,
      queuedMs: this.#place.waitedMs,
    };
    return responseOf(sending, story, settings, this.#interruption);
  }

  #record(sending: Sending, body: Uint8Array | null, error: unknown): void {
    const { har } = this.#home.options;
    if (har === null) return;
    const timings = sendingTimings(sending, this.#startedMs, this.#place.waitedMs)();
    recordExchange(har, sending, { body, error, timings }, this.#home.parts.clock);
  }

  #watchTotal(totalTimeoutMs: number): void {
    this.#total = new Timeout({
      onTimeout: () => {
        const { method, shownUrl } = this.#request;
        const message = `${method} ${shownUrl} was not over within ${totalTimeoutMs / 1000} s`;
        this.stop(new DeadlineError(message, { hint: 'raise `totalTimeoutMs`' }));
      },
    });
    this.#home.parts.wheel.set(this.#total, totalTimeoutMs);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.keeper = null;
    const { wheel } = this.#home.parts;
    this.#place.giveBack();
    this.#unlisten?.();
    if (this.#total !== null) wheel.clear(this.#total);
    if (this.#unread !== null) wheel.clear(this.#unread);
    this.#home.over(this);
  }
}
