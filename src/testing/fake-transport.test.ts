// The fake is a transport: it keeps the contract that the real one keeps.

import { systemClock } from '../concurrency/clock.ts';
import { FakeTransport } from './fake-transport.ts';
import type { FakeAnswer } from './fake-transport.ts';
import { describeContract } from './transport-contract.ts';

const answers: Readonly<Record<string, FakeAnswer>> = {
  '/ok': { headers: ['x-kind', 'plain'], body: ['hel', 'lo'] },
  '/all': { interim: [103], body: ['hel', 'lo'], trailers: ['x-sum', '5'] },
  '/long': { body: Array.from({ length: 64 }, () => 'x'.repeat(65_536)) },
  '/silent': { status: null, ends: 'never' },
  '/drop': { status: null, ends: 'connection_closed' },
  '/cut': { body: ['par'], ends: 'body_cut' },
};

describeContract('fake transport', () =>
  Promise.resolve({
    transport: new FakeTransport(systemClock, ({ path }) => answers[path] ?? { status: 404 }),
    origin: 'http://fake.test',
    close: () => Promise.resolve(),
  }),
);
