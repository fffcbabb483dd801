import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServerWords } from './server-words.ts';

const wallMs = Date.UTC(2026, 10, 21, 10, 0, 0);
const limited = (remaining: number, resetS: number) => ['ratelimit', `"a";r=${remaining};t=${resetS}`];
const withPolicy = [...limited(9, 1), 'ratelimit-policy', '"a";q=12;w=60'];
const moment = ['x-ratelimit-remaining', '5', 'x-ratelimit-reset', String(wallMs / 1000 + 2)];

class Origin {
  readonly words = new ServerWords();
  nowMs = 0;
  inFlight = 0;

  send(most: number): number {
    let sent = 0;
    for (; sent < most && this.words.waitMs(this.nowMs, 1) === 0; sent++) this.words.take(this.nowMs, 1);
    this.inFlight += sent;
    return sent;
  }

  answer(headers: readonly string[]): boolean {
    this.inFlight--;
    if (this.words.isSilent(headers, this.inFlight)) return false;
    return this.words.hear(200, headers, this.nowMs, wallMs + this.nowMs, this.inFlight);
  }
}

test('a list of headers that is not read again says what it would say if it were', () => {
  const plain = ['server', 'nginx', 'age', '0'];
  const sections = [plain, plain, plain, ['server', 'nginx'], withPolicy, limited(2, 1), moment];
  const step = fc.record({
    send: fc.nat({ max: 6 }),
    answers: fc.nat({ max: 4 }),
    section: fc.nat({ max: sections.length - 1 }),
    ms: fc.constantFrom(0, 0, 300, 1000),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
      const [same, copied] = [new Origin(), new Origin()];
      for (const { send, answers, section, ms } of steps) {
        expect(same.send(send)).toBe(copied.send(send));
        const headers = sections[section] ?? plain;
        for (let left = Math.min(answers, same.inFlight); left > 0; left--)
          expect(same.answer(headers)).toBe(copied.answer([...headers]));
        same.nowMs += ms;
        copied.nowMs += ms;
        expect(same.words.waitMs(same.nowMs, 1)).toBe(copied.words.waitMs(copied.nowMs, 1));
      }
    }),
    { numRuns: 300 },
  );
});
