// Stands in for nginx: answers every request with the body given on the command line, and counts.
// Arguments: port, body. A program of its own, so that it has a core to itself.

import { createServer } from 'node:http';

const [port = '0', body = '{}'] = process.argv.slice(2);
let requests = 0;

createServer((request, response) => {
  requests++;
  const text = request.url === '/status' ? `Active connections: 1\n 1 1 ${requests}\n` : body;
  request.resume().on('end', () => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  });
}).listen(Number(port), '127.0.0.1');
