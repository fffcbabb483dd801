// Bodies of every kind: bytes, text in some charset, JSON that is easily spoiled by parsing it.

import { seededRandom } from '../../concurrency/random.ts';
import type { Route } from '../route.ts';
import type { Service } from '../service.ts';
import { pump } from './pump.ts';

const largestBytes = 1024 ** 4;
const blockBytes = 64 * 1024;

const text = 'Grüße, señor: ¿déjà vu? 5 × ½ = 2½\n';
const texts = new Map<string, Buffer>([
  ['utf-8', Buffer.from(text, 'utf8')],
  ['latin1', Buffer.from(text, 'latin1')],
  ['iso-8859-1', Buffer.from(text, 'latin1')],
  ['utf-16le', Buffer.from(text, 'utf16le')],
  ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
  // Konnichiwa in hiragana.
  ['shift_jis', Buffer.from('82b182f182c982bf82cd0a', 'hex')],
]);

const prettyJson = `{
  "id": 12345678901234567890,
  "price": 1.10,
  "tiny": 1e-400,
  "text": "two\\nlines, a \\"quote\\" and \\u00fc",
  "list": [
    1.0,
    -0,
    { "nested": null }
  ]
}
`;

/** Paths with a body worth looking at. */
export function bodyRoutes(service: Service): Route[] {
  return [
    bytesRoute(service.seed),
    {
      path: '/text',
      about: `text in ?charset=${[...texts.keys()].join('|')}`,
      handle(call) {
        const charset = call.query.get('charset') ?? 'utf-8';
        const body = texts.get(charset.toLowerCase());
        if (body !== undefined) {
          call.send(200, body, { 'Content-Type': `text/plain; charset=${charset}` });
          return;
        }
        const hint = `take one of ${[...texts.keys()].join(', ')}`;
        call.json(400, { error: 'bad_request', message: `no text in charset ${JSON.stringify(charset)}`, hint });
      },
    },
    {
      path: '/json/pretty',
      about: 'JSON on many lines with numbers that JavaScript cannot hold',
      handle: (call) => call.send(200, prettyJson, { 'Content-Type': 'application/json' }),
    },
  ];
}

function bytesRoute(seed: number): Route {
  let block: Buffer | null = null;
  return {
    path: '/bytes/{n}',
    about: 'n bytes that look random and are always the same',
    handle(call) {
      const bytes = call.number(1, 'the number of bytes', largestBytes);
      if (bytes === null) return;
      block ??= pattern(seed);
      call.head(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': Math.floor(bytes) });
      if (call.method === 'HEAD') call.response.end();
      else pump(call.response, block, Math.floor(bytes));
    },
  };
}

function pattern(seed: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Array.from({ length: blockBytes }, () => Math.floor(random() * 256)));
}
