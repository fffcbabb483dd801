// A TCP client that sends what it is told and shows each byte that comes, and how the connection ended:
// for what an HTTP client would hide.

import { connect } from 'node:net';

/** What came over a connection. */
export interface RawAnswer {
  /** One character a byte. */
  readonly text: string;
  /** `end` if it was closed in order, else Node's error code. */
  readonly ending: string;
}

/** Sends bytes and waits until the other side closes. */
export async function askRaw(port: number, bytes: string): Promise<RawAnswer> {
  return await new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes, 'latin1'));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('end', () => {
      socket.destroy();
      resolve({ text, ending: 'end' });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ text, ending: error.code ?? error.message }));
  });
}
