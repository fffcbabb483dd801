// One connection of an unruly server over HTTP/1.1: reads requests in order and does with each what its plan
// says. What the client does wrong is told as a violation.

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestReader } from './request-reader.ts';
import type { ReadHead } from './request-reader.ts';
import { badHead, unaskedAnswer, unrulyAnswer } from './unruly-answer.ts';
import { wrongBytes } from './unruly-bytes.ts';
import { drawUnrulyPlan } from './unruly-plan.ts';
import type { UnrulyPlan, UnrulyTemper } from './unruly-plan.ts';
import type { UnrulyLedger } from './unruly-ledger.ts';

/** Who falls silent closes after so long, so that nothing is open for ever: longer than any client waits. */
export const silentMs = 90_000;
const unref = { ref: false } as const;

export class UnrulyHttp1 {
  readonly #socket: Socket;
  readonly #reset: () => void;
  readonly #temper: UnrulyTemper;
  readonly #ledger: UnrulyLedger;
  readonly #reader: RequestReader;
  #unasked: NodeJS.Timeout | undefined;

  /** @param reset ends the connection with RST */
  constructor(socket: Socket, reset: () => void, temper: UnrulyTemper, ledger: UnrulyLedger) {
    this.#socket = socket;
    this.#reset = reset;
    this.#temper = temper;
    this.#ledger = ledger;
    this.#reader = new RequestReader(socket);
  }

  /** To the end of the connection. */
  async serve(): Promise<void> {
    try {
      for (;;) {
        const head = await this.#reader.head();
        if (head === null || !(await this.#answer(head))) return;
      }
    } catch (error) {
      this.#ledger.violation(`a request cannot be read: ${String(error)}`);
      this.#socket.destroy();
    }
  }

  /** False: it was the last one. */
  async #answer(head: ReadHead): Promise<boolean> {
    const id = Number.parseInt(head.path.slice(1), 10);
    clearTimeout(this.#unasked);
    const plan = drawUnrulyPlan(this.#temper, id);
    this.#ledger.took(id, head.method);
    if (plan.reading === 'never') return this.#fallSilent();
    const isBehind = plan.reading === 'behind-answer';
    if (!isBehind && !(await this.#readBody(head, id, plan))) return false;
    if (plan.delayMs > 0) await sleep(plan.delayMs, undefined, unref);
    const goesOn = plan.fault === null ? await this.#succeed(plan, id, head) : await this.#fail(plan, id, head);
    return goesOn && (!isBehind || (await this.#readBody(head, id, plan)));
  }

  async #readBody({ bodyBytes, path }: ReadHead, id: number, { reading }: UnrulyPlan): Promise<boolean> {
    if (bodyBytes === 0) return true;
    let offset = 0;
    let steps = 0;
    const whole = await this.#reader.body(bodyBytes, async (piece) => {
      const wrong = wrongBytes('u', id, offset, piece);
      if (wrong !== null) this.#ledger.violation(`the body of request ${id} is not its own: ${wrong}`);
      offset += piece.length;
      if (reading === 'slowly' && ++steps < 40) await sleep(this.#temper.maxDelayMs / 100, undefined, unref);
    });
    const announced = Number(/[?&]up=(\d+)/.exec(path)?.[1] ?? 0);
    if (whole && offset !== announced && announced > 0)
      this.#ledger.violation(`request ${id} ended after ${offset} of ${announced} bytes of its body`);
    return whole;
  }

  async #succeed(plan: UnrulyPlan, id: number, { method }: ReadHead): Promise<boolean> {
    const { bytes, closes } = unrulyAnswer(plan, id, method);
    if (plan.ending === 'extra-bytes') {
      await this.#send(Buffer.concat([bytes, Buffer.from('a9999999999.')]), plan);
      return true;
    }
    if (plan.ending === 'unasked-now') {
      this.#socket.write(Buffer.concat([bytes, unaskedAnswer(bytes)]));
      return true;
    }
    await this.#send(bytes, plan);
    if (plan.ending === 'unasked-later') this.#sendUnasked(plan);
    if (closes) this.#socket.end();
    return !closes;
  }

  async #fail(plan: UnrulyPlan, id: number, { method }: ReadHead): Promise<boolean> {
    const { bytes, headBytes } = unrulyAnswer(plan, id, method);
    switch (plan.fault) {
      case 'bad-head':
        await this.#send(badHead(plan), plan);
        return this.#fallSilent();
      case 'wrong-length':
        await this.#send(plan.at < 0.5 || method === 'HEAD' ? bytes.subarray(0, headBytes - 1) : bytes, plan);
        if (plan.abrupt) return this.#fallSilent();
        break;
      case 'silent':
        if (plan.abrupt) await this.#send(bytes.subarray(0, Math.floor(plan.at * bytes.length)), plan);
        return this.#fallSilent();
      case 'in-head':
        await this.#send(bytes.subarray(0, 1 + Math.floor(plan.at * (headBytes - 2))), plan);
        break;
      case 'in-body': {
        const last = method === 'HEAD' ? headBytes - 1 : bytes.length - 1;
        const from = Math.min(headBytes, last);
        await this.#send(bytes.subarray(0, from + Math.floor(plan.at * (last - from + 1))), plan);
        break;
      }
      default:
    }
    if (plan.abrupt) this.#reset();
    else this.#socket.end();
    return false;
  }

  /** A second answer, some time after the first, if no other request comes until then. */
  #sendUnasked({ at }: UnrulyPlan): void {
    const send = (): unknown => this.#socket.writable && this.#socket.write(unaskedAnswer(null));
    this.#unasked = setTimeout(send, 5 + at * this.#temper.maxDelayMs).unref();
  }

  async #fallSilent(): Promise<false> {
    await sleep(silentMs, undefined, unref);
    this.#socket.destroy();
    return false;
  }

  async #send(bytes: Buffer, { pieces, pauseMs, at }: UnrulyPlan): Promise<void> {
    const size = Math.max(1, Math.ceil((bytes.length / pieces) * (pieces === 1 ? 1 : 0.5 + at)));
    for (let from = 0; from < bytes.length && this.#socket.writable; from += size) {
      if (from > 0) await sleep(pauseMs, undefined, unref);
      if (!this.#socket.write(bytes.subarray(from, from + size))) await drained(this.#socket);
    }
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      socket.off('drain', over).off('close', over);
      resolve();
    };
    if (socket.destroyed) resolve();
    else socket.on('drain', over).on('close', over);
  });
}
