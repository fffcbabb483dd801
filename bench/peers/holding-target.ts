// A slow target: holds every request until it is told to let go (a message `release`), and tells how many it
// holds. Bare sockets, so that 15,000 of them fit beside those who sent them. It reads one request at a
// time from a connection. Tells its port first.

import { createServer, type AddressInfo, type Socket } from 'node:net';

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}';
const held: Socket[] = [];
let told = 0;
let letsGo = false;

const server = createServer((socket) => {
  let part = '';
  socket.setNoDelay(true).setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    part += text;
    const head = part.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(part.slice(0, head + 2))?.[1] ?? 0);
    if (part.length < head + 4 + length) return;
    part = '';
    if (letsGo) socket.write(answer);
    else held.push(socket);
  });
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 65_535 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

setInterval(() => {
  if (held.length !== told) process.send?.({ held: (told = held.length) });
}, 10);

process.on('message', () => {
  letsGo = true;
  for (const socket of held) socket.write(answer);
});
process.on('disconnect', () => process.exit());
