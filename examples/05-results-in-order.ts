// One list of answers, in the order of the requests, although the first request takes the longest.
// Run it: node examples/05-results-in-order.ts

import { fetchMany } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();
const urls = [0.3, 0.2, 0.1, 0].map((seconds) => `${target.url}/delay/${seconds}`);

const asTheyCame: number[] = [];
for await (const result of fetchMany(urls)) asTheyCame.push(result.index);
console.log('as they came:', asTheyCame.join(' '));

const results = await fetchMany(urls, { ordered: true }).toArray();
const answers = await Promise.all(results.map((result) => result.json<{ delayed: number }>()));
console.log('in order:', answers.map(({ delayed }) => delayed).join(' '));
await target.close();
