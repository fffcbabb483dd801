// A body of a request, of which it is told when it is begun and when it has all been taken.

import type { BodySource } from '../../http/body-source.ts';

export interface SourceWatch {
  /** It begins: what can be read once is used up. */
  sourceOpened(): void;
  /** The last byte was taken. */
  sourceEnded(): void;
}

export function watchedSource(source: BodySource, watch: SourceWatch): BodySource {
  return {
    lengthBytes: source.lengthBytes,
    open() {
      watch.sourceOpened();
      const chunks = source.open();
      return {
        async next() {
          const step = await chunks.next();
          if (step.done === true) watch.sourceEnded();
          return step;
        },
        return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}
