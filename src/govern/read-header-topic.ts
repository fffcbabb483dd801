// Tells at a glance what a response header is about, as far as waiting goes. Every header of every answer
// passes here: a look at a few letters and the length, no slice, no regular expression. It may let through a
// name that says nothing after all; it never misses one that does.

/** What a header may be about. */
export const topic = { nothing: 0, quota: 1, retryAfter: 2, date: 3, age: 4 } as const;
export type Topic = (typeof topic)[keyof typeof topic];

const [a, d, e, m, n, r, t, x, dash] = [97, 100, 101, 109, 110, 114, 116, 120, 45];
/** Of `age`, of `date`. */
const [ageLength, dateLength] = [3, 4];
/** The shortest of those that begin with `x-rat`, `anthropic-ratelimit-`, `ratelimit`. */
const [shortestX, shortestAnthropic, shortestQuota] = [14, 24, 9];

/** What a header is about, by its name in lower case. */
export function readHeaderTopic(name: string): Topic {
  switch (name.charCodeAt(0)) {
    case r:
      if (name.length < shortestQuota) return topic.nothing;
      if (name.charCodeAt(1) === a) return name.startsWith('ratelimit') ? topic.quota : topic.nothing;
      return name === 'retry-after' || name === 'retry-after-ms' ? topic.retryAfter : topic.nothing;
    case x:
      if (name.length < shortestX || name.charCodeAt(1) !== dash) return topic.nothing;
      if (name.charCodeAt(2) === m) return name === 'x-ms-retry-after-ms' ? topic.retryAfter : topic.nothing;
      if (name.charCodeAt(2) !== r || name.charCodeAt(3) !== a || name.charCodeAt(4) !== t) return topic.nothing;
      return name.startsWith('x-ratelimit-') || name.startsWith('x-rate-limit-') ? topic.quota : topic.nothing;
    case a:
      if (name.length === ageLength) return name === 'age' ? topic.age : topic.nothing;
      if (name.length < shortestAnthropic || name.charCodeAt(1) !== n) return topic.nothing;
      return name.startsWith('anthropic-ratelimit-') ? topic.quota : topic.nothing;
    case d:
      return name.length === dateLength && name.charCodeAt(3) === e ? topic.date : topic.nothing;
    default:
      return topic.nothing;
  }
}
