// Under which heading of a page a name stands: by the folder that declares it, as a reader would look for it.

/** Headings in their order, each with the paths below `src` that belong there. The first that fits is taken. */
const topics: readonly (readonly [string, RegExp])[] = [
  ['Many requests', /^client\/(?:fetch-|item|request-input|result|response-headers)/],
  ['A client', /^client\/(?!har\/|run-batch|governor|gate-permits|attempt-report)/],
  ['Cookies, credentials, forms', /^http\/(?:cookies|auth|forms)\//],
  ['Without a network', /^http\/(?:mock|har)\/|^client\/har\//],
  ['A run with files', /^(?:batch|control|report)\/|^client\/run-batch/],
  ['Connections', /^streams\//],
  ['Tasks', /^concurrency\/(?:task|scope|sleep|timeout|shield|spawned|open)/],
  ['Several at once', /^concurrency\/(?:gather|wait|as-completed|race|map|any)/],
  ['Between tasks', /^concurrency\/(?:queue|event|barrier)/],
  ['Limits', /^concurrency\/|^client\/(?:governor|gate-permits|attempt-report)/],
  ['Pools', /^executors\/(?:thread|process|executor)/],
  ['Work for a worker', /^executors\//],
  ['Errors', /^errors\.ts/],
];

const otherTopic = 'Besides';

/** The headings in their order. */
export const topicNames: readonly string[] = [...topics.map(([name]) => name), otherTopic];

/** @param path below `src` */
export function topicOf(path: string): string {
  return topics.find(([, pattern]) => pattern.test(path))?.[0] ?? otherTopic;
}
