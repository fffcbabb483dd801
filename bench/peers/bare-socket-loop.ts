// The floor in Node: the same POSTs over bare sockets, read into one buffer that all of them share, with
// just as much parsing as an answer of known form needs. It checks no header, holds no limit, knows no
// timeout and records nothing. Arguments: input, url, connections.

import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

const [input = '', url = '', connections = '64'] = process.argv.slice(2);
const { hostname, port, host, pathname } = new URL(url);
// One character a byte: what is written as latin1 leaves as it was read.
const rows = readFileSync(input, 'latin1');
const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: `;
const shared = Buffer.allocUnsafe(65_536);
let at = 0;

/** Sends the next row; with none left, ends the connection. */
function sendNext(socket: Socket): void {
  if (at >= rows.length) {
    socket.end();
    return;
  }
  const end = rows.indexOf('\n', at);
  socket.write(`${head}${end - at}\r\n\r\n${rows.slice(at, end)}`, 'latin1');
  at = end + 1;
}

function open(): void {
  /** What was read of an answer that is not whole yet. */
  let part = '';
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: {
      buffer: shared,
      callback: (bytes) => {
        part += shared.toString('latin1', 0, bytes);
        const headEnd = part.indexOf('\r\n\r\n');
        if (headEnd === -1) return true;
        if (part.slice(9, 12) !== '200') throw new Error(`an answer begins with ${part.slice(0, 40)}`);
        const length = /\r\ncontent-length: (\d+)/i.exec(part)?.[1];
        if (length === undefined) throw new Error('an answer has no content-length');
        if (part.length < headEnd + 4 + Number(length)) return true;
        part = '';
        sendNext(socket);
        return true;
      },
    },
  });
  socket.on('connect', () => sendNext(socket));
}

for (let place = 0; place < Number(connections); place++) open();
