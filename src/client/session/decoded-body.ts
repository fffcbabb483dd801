// The body of a whole answer with its content encodings undone, at once where that is possible.

import { TransportError } from '../../errors.ts';
import { decodeContent } from '../../http/content-encoding.ts';
import { ResponseHeaders } from '../response/response-headers.ts';
import type { Sending } from './sending.ts';

/** @throws TransportError `bad_encoding`, `body_too_large` */
export function decodedBody(sending: Sending, decompress: boolean, maxBodyBytes: number): Buffer | Promise<Buffer> {
  const body = sending.body();
  const encoding = decompress && body.length > 0 ? new ResponseHeaders(sending.headers).get('content-encoding') : null;
  if (encoding === null) return body;
  return new Promise((resolve, reject) => {
    decodeContent(body, encoding, maxBodyBytes, (trouble, decoded) => {
      if (trouble === null) {
        resolve(decoded);
        return;
      }
      const message =
        trouble === 'bad_encoding'
          ? `the answer is said to be ${encoding}, and is not`
          : `the answer decodes (${encoding}) to more than ${maxBodyBytes} bytes`;
      const hint = trouble === 'bad_encoding' ? 'with `decompress: false` it comes as it is' : 'raise `maxBodyBytes`';
      reject(new TransportError(trouble, message, { hint, sent: true, answered: true, reused: sending.reused }));
    });
  });
}
