// Signatures as code that can be read: in the format of the sources, bodies of classes with the members that can be used.

import { format } from 'oxfmt';
import type { Described } from './described.ts';

const width = 100;
/** Of a longer constant only its beginning is of use. */
const longestConstant = 600;

/** What is declared, as one piece of code. */
export async function signatureOf(described: Described): Promise<string> {
  const { kind, signatures, members } = described;
  if (kind === 'interface') return formatted(`${signatures[0]} {}`, (code) => code.replace(/ ?\{\}/, ''));
  if (kind === 'class') {
    const body = members.map(({ signature }) => `${signature};`).join('\n');
    return formatted(`declare ${signatures[0]} {\n${body}\n}`);
  }
  const [first = ''] = signatures;
  if (kind === 'constant' && first.length > longestConstant) return `${first.slice(0, first.indexOf('{'))}{ … }`;
  return formatted(signatures.map((text) => (kind === 'type' ? `${text};` : `declare ${text};`)).join('\n'));
}

async function formatted(code: string, finish = (text: string): string => text): Promise<string> {
  const result = await format('signature.d.ts', code, { printWidth: width, singleQuote: true });
  if (result.errors[0] !== undefined) throw new Error(`${result.errors[0].message} in ${code}`);
  return finish(result.code.trim().replace(/^declare /gm, ''));
}
