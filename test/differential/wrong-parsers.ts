// Parsers with one flaw each, by what they do: whoever compares parsers has to find them out.

import { AnswerParser } from '../../src/http/wire/answer-parser.ts';
import type { AnswerSink } from '../../src/http/wire/answer-sink.ts';
import type { MakeParser } from './wire-subject.ts';

const maxHeadBytes = 65_536;

class TakesHeadForGet extends AnswerParser {
  override begin(): void {
    super.begin('GET');
  }
}

class NeverCloses extends AnswerParser {
  override execute(bytes: Buffer, start: number, end: number): number {
    const at = super.execute(bytes, start, end);
    this.keepsAlive = true;
    return at;
  }
}

class ReadsBeyondTheEnd extends AnswerParser {
  override execute(bytes: Buffer, start: number, end: number): number {
    return Math.min(super.execute(bytes, start, end + 1), end);
  }
}

class TakesCutBodies extends AnswerParser {
  readonly #told: AnswerSink;

  constructor(sink: AnswerSink) {
    super(sink, maxHeadBytes);
    this.#told = sink;
  }

  override finish(): void {
    try {
      super.finish();
    } catch {
      this.#told.onComplete();
    }
  }
}

/** A sink that is told nothing of trailers. */
function withoutTrailers(sink: AnswerSink): AnswerSink {
  return {
    onInformation: (status, headers) => sink.onInformation(status, headers),
    onHead: (...head) => sink.onHead(...head),
    onBody: (bytes, start, end) => sink.onBody(bytes, start, end),
    onTrailers: () => {},
    onComplete: () => sink.onComplete(),
  };
}

export const wrongParsers: Readonly<Record<string, MakeParser>> = {
  'takes HEAD for GET': (sink) => new TakesHeadForGet(sink, maxHeadBytes),
  'never closes': (sink) => new NeverCloses(sink, maxHeadBytes),
  'reads beyond the end': (sink) => new ReadsBeyondTheEnd(sink, maxHeadBytes),
  'takes cut bodies for whole': (sink) => new TakesCutBodies(sink),
  'tells no trailers': (sink) => new AnswerParser(withoutTrailers(sink), maxHeadBytes),
};
