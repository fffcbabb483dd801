// Makes bytes out of the base64 text of a `bodyBase64` field. Both alphabets and line breaks are taken;
// anything else is refused, where Node would silently leave it out.

import { RecordError } from '../errors.ts';

/** @throws {RecordError} `bad_record` */
export function readBase64(text: string): Uint8Array {
  const compact = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact)) {
    throw new RecordError('bad_record', 'field "bodyBase64" is not base64', { hint: 'Text can stand in "body".' });
  }
  return Buffer.from(compact, 'base64');
}
