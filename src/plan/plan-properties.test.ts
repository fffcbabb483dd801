import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPlanner, type PlannerOptions } from './create-planner.ts';
import { parseUrl, UrlParser } from './parse-url.ts';

const env = {};
const anyText = fc.string({ unit: 'binary' });
const jsonValue = fc.jsonValue({ noUnicodeString: false });

async function renderer(options: Partial<PlannerOptions>) {
  const planner = await createPlanner({ runId: 'run', env, textIsJson: true, ...options });
  return (record: unknown) => planner.plan({ value: record, index: 0, text: JSON.stringify(record) });
}

test('--json is JSON with the same values, whatever the record holds', async () => {
  const render = await renderer({
    url: 'https://h.example/',
    json: '{"whole":"{{v}}","bare":{{v}},"in":"<{{s}}>","{{s}}":1}',
  });
  fc.assert(
    fc.property(jsonValue, fc.string({ unit: 'binary' }), (v, s) => {
      fc.pre(s !== '__proto__');
      const sent = JSON.parse(JSON.stringify(v)) as unknown;
      const planned = render({ v: sent, s });
      const body: unknown = planned instanceof Promise || planned.kind !== 'request' ? null : planned.request.body;
      expect(JSON.parse(String(body))).toEqual({ whole: sent, bare: sent, in: `<${s}>`, [s]: 1 });
    }),
  );
});

test('digits survive, whole and placed', async () => {
  const number = fc
    .tuple(fc.bigInt(), fc.constantFrom('', '.25', 'e5', '.5E-7', '.12345678901234567890'))
    .map(([integer, rest]) => `${integer}${rest}`);
  const planner = await createPlanner({
    runId: 'run',
    env,
    textIsJson: true,
    url: 'https://h.example/?n={{n}}',
    json: '[{{n}},{{o}},"{{n}}"]',
  });
  fc.assert(
    fc.property(number, (n) => {
      const text = `{"n":${n},"o":{"n":${n}}}`;
      const planned = planner.plan({ value: JSON.parse(text), index: 0, text });
      const given = planned instanceof Promise || planned.kind !== 'request' ? '' : planned.request.body;
      const body = typeof given === 'string' ? given : '';
      const got = /^\[(.*),\{"n":(.*)\},(.*)\]$/.exec(body)?.slice(1) ?? [];
      expect(got).toHaveLength(3);
      for (const one of got) expect(sameNumber(one, n)).toBe(true);
    }),
  );
});

/** The same text; or, where JavaScript writes it in its own way, no digit is lost by that. */
function sameNumber(got: string, source: string): boolean {
  return got === source || (source.length < 17 && Number(got) === Number(source));
}

test('no header ever holds a line break or a character beyond Latin-1', async () => {
  const render = await renderer({ url: 'https://h.example/', headers: ['X-A: a{{v}}b'] });
  fc.assert(
    fc.property(fc.oneof(anyText, jsonValue, fc.constantFrom('\r', 'a\nb', '\0')), (v) => {
      const sent = JSON.parse(JSON.stringify(v)) as unknown;
      const planned = render({ v: sent });
      const headers = planned instanceof Promise || planned.kind !== 'request' ? null : planned.request.headers;
      expect((headers ?? []).join('')).not.toMatch(/[^\t -~\u0080-\u00ff]/);
      const text = typeof sent === 'string' ? sent : JSON.stringify(sent);
      expect(headers === null).toBe(sent === null || /[^\t -~\u0080-\u00ff]/.test(text));
    }),
  );
});

test('a value in a path or query comes back from decodeURIComponent, and only it', async () => {
  const render = await renderer({ url: 'https://h.example/a/{{v}}/b?q={{v}}&r=1' });
  fc.assert(
    fc.property(anyText, (v) => {
      fc.pre(v.isWellFormed() && !/^\.{1,2}$/.test(v));
      const planned = render({ v });
      const path = planned instanceof Promise || planned.kind !== 'request' ? '' : planned.request.path;
      const [, inPath, inQuery] = /^\/a\/([^/?]*)\/b\?q=([^&]*)&r=1$/.exec(path) ?? [];
      expect([decodeURIComponent(inPath ?? '-'), decodeURIComponent(inQuery ?? '-')]).toEqual([v, v]);
      const parsed = new URL(`https://h.example${path}`);
      expect(parsed.pathname).toBe(path.slice(0, path.indexOf('?')));
      expect(parsed.searchParams.get('q')).toBe(v);
    }),
  );
});

test('a value in a host never leads to another host', async () => {
  const render = await renderer({ url: 'https://{{v}}.h.example/' });
  fc.assert(
    fc.property(fc.oneof(anyText, fc.webAuthority({ withUserInfo: true, withPort: true }), fc.webUrl()), (v) => {
      const planned = render({ v });
      const origin = planned instanceof Promise || planned.kind !== 'request' ? null : planned.request.origin;
      expect(origin ?? 'https://x.h.example').toMatch(/^https:\/\/[^/?#@\\]+\.h\.example$/);
    }),
  );
});

/** What parsing gives, or why it refuses. */
function read(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return String(error);
  }
}

test('the fast way of parsing gives what the slow way gives', () => {
  const base = new URL('https://me:pw@base.example/x/y');
  const piece = fc.constantFrom(
    'a',
    '/',
    '.',
    '..',
    '%2e',
    '%2F',
    '?',
    '#',
    ' ',
    '"',
    'ä',
    '\\',
    '@',
    ':',
    '%',
    "'",
    '|',
    '=',
    '\t',
  );
  const tail = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const head = fc.constantFrom(
    'https://h.example',
    'http://H.example:80',
    'https://h.example:443',
    'http://127.1',
    'HTTPS://u:p@h.example',
    '',
    '/',
    '//h.example',
  );
  const parsers = [new UrlParser(null), new UrlParser(base)] as const;
  fc.assert(
    fc.property(head, tail, fc.constantFrom(0, 1), (start, end, which) => {
      const text = `${start}/${end}`;
      const slow = read(() => parseUrl(text, which === 0 ? null : base));
      // Twice: the first may remember the origin, the second takes it from there.
      expect(read(() => parsers[which].parse(text))).toEqual(slow);
      expect(read(() => parsers[which].parse(text))).toEqual(slow);
    }),
    { numRuns: 2000 },
  );
});
