// `manyfetch target` with what it cannot do: it says so and ends, and leaves no server behind.

import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { commandTrial, refusal } from './try-command.ts';

const attempt = commandTrial();

test('a port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const end = await attempt({ line: `target --port ${port}`, inProcess: true });
  server.close();
  expect(end).toMatchObject(
    refusal(
      `Something listens at port ${port} of 127.0.0.1 already`,
      'give another one with --port, or --port 0 for any that is free',
    ),
  );
});

test.each([
  ['--port http', 'Expected `--port` to be a whole number from 0 to 65535, got "http"', null],
  ['--port 65536', 'Expected `--port` to be a whole number from 0 to 65535, got 65536', null],
  ['--rate 0', 'Expected `--rate` to be a number from 1 up, got 0', null],
  ['--seed -1', 'Expected `--seed` to be a whole number from 0 to 9007199254740991, got -1', null],
  ['--api --faults 2', 'Expected `--faults` to be a number from 0 to 1, got 2', null],
  ['--latency 40ms', '`--latency` has no effect without `--api`', 'add --api'],
  [
    '--api --latency 40',
    'Expected `--latency` to be a duration such as 250ms, 30s, 5m or 2h, got "40"',
    'write 40s or 40ms',
  ],
  ['--cert c.pem', '`--cert` and `--key` go together', 'give both, or neither'],
  ['--cert c.pem --key k.pem', 'The file c.pem, which `--cert` names, cannot be read: ENOENT', 'check the path'],
  ['--prot 80', '`manyfetch target` has no option `--prot`', 'did you mean `--port`?'],
])('target %s', async (options, message, hint) => {
  expect(await attempt({ line: `target ${options}` })).toMatchObject(refusal(message, hint));
});

test('a certificate that is none', async () => {
  const end = await attempt({ line: 'target --port 0 --cert in.pem --key in.pem', files: { 'in.pem': 'not PEM\n' } });
  expect(end).toMatchObject(
    refusal('The file in.pem, which `--cert` names, is not PEM: it has no line -----BEGIN …-----', 'give PEM files'),
  );
});
