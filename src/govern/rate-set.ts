// The rates of an origin. They know no HTTP, so they stand in `concurrency/`, where those who limit something else
// can use them too.

export { RateSet } from '../concurrency/rate-set.ts';
