// Clients of all kinds, over a real socket: a run must be told what was said, and nothing else.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotingRun, runStatus } from '../testing/controlled-run.ts';
import { until } from '../testing/until.ts';
import { createControlServer } from './control-server.ts';
import type { ControlServer } from './control-server.ts';

let folder = '';
let path = '';
let run: NotingRun;
let served: ControlServer;

async function serve(limits?: { idleMs: number }): Promise<void> {
  served = createControlServer(() => run, limits);
  await new Promise<void>((resolve) => served.server.listen(path, resolve));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-control-'));
  path = join(folder, 'socket');
  run = new NotingRun();
  await serve();
});

afterEach(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

/** A client that keeps what it is told. */
class Client {
  readonly socket: Socket;
  text = '';
  isClosed = false;

  constructor() {
    this.socket = connect(path);
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text) => (this.text += String(text)));
    this.socket.on('close', () => (this.isClosed = true));
    this.socket.on('error', () => undefined);
  }

  async lines(count: number): Promise<unknown[]> {
    await until(() => this.text.split('\n').length > count);
    return this.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }
}

async function say(text: string, answers = 1): Promise<unknown[]> {
  const client = new Client();
  client.socket.write(text);
  const lines = await client.lines(answers);
  client.socket.destroy();
  return lines;
}

describe('commands', () => {
  test('status changes nothing', async () => {
    expect(await say('{"command":"status"}\n')).toEqual([{ ok: true, version: 1, status: runStatus() }]);
    expect(run.calls).toEqual([]);
  });

  test('each does what it says, and the answer is how it is afterwards', async () => {
    const answers = await say(
      '{"command":"pause"}\n{"version":1,"command":"resume"}\r\n\n{"command":"drain"}\n' +
        '{"command":"set","change":{"concurrency":7,"rate":["5/s","9/m"],"perOrigin":null}}\n',
      4,
    );
    expect(answers).toMatchObject([
      { status: { state: 'paused' } },
      { status: { state: 'running' } },
      { status: { state: 'draining' } },
      { status: { concurrency: 7, rates: ['5/s', '9/m'] } },
    ]);
    const set = { concurrency: 7, rate: ['5/s', '9/m'], perOrigin: null };
    expect(run.calls).toEqual(['pause', 'resume', 'drain', set]);
  });

  test('as long as there is no run it says so', async () => {
    const starting = createControlServer(() => null);
    path = join(folder, 'starting');
    await new Promise<void>((resolve) => starting.server.listen(path, resolve));
    expect(await say('{"command":"pause"}\n')).toMatchObject([
      { ok: false, error: { code: 'no_control', message: 'the run is still starting', hint: 'try again in a moment' } },
    ]);
    await starting.close();
  });

  test('what the run refuses is an answer, and so is a fault of the run', async () => {
    expect(await say('{"command":"set","change":{"concurrency":0}}\n')).toEqual([
      { ok: false, version: 1, error: { code: 'bad_option', message: 'Expected more than 0', hint: 'write 1' } },
    ]);
    run.status = () => {
      throw new TypeError('oh');
    };
    expect(await say('{"command":"status"}\n')).toEqual([
      { ok: false, version: 1, error: { code: 'bug', message: 'TypeError: oh', hint: null } },
    ]);
  });

  test.each([
    ['stop', 'bad_command', 'Expected a JSON object, got "stop"'],
    ['[]', 'bad_command', 'Expected a JSON object, got []'],
    ['null', 'bad_command', 'Expected a JSON object, got null'],
    ['{}', 'bad_command', 'Expected `command` to be status, pause, resume, drain or set, got nothing'],
    ['{"command":"kill"}', 'bad_command', 'Expected `command` to be status, pause, resume, drain or set, got "kill"'],
    ['{"command":"pause","version":2}', 'bad_command', 'Expected `version` to be 1, got 2'],
    ['{"command":"set"}', 'bad_command', 'Expected `change` to be an object, got nothing'],
    ['{"command":"set","change":{}}', 'bad_command', '`change` is empty'],
    ['{"command":"set","change":{"retries":1}}', 'unknown_option', 'There is nothing called "retries" that can be set'],
    [
      '{"command":"set","change":{"__proto__":1}}',
      'unknown_option',
      'There is nothing called "__proto__" that can be set',
    ],
    [
      '{"command":"set","change":{"rate":"5/s"}}',
      'bad_option',
      'Expected `rate` to be a list of texts such as "50/s", got "5/s"',
    ],
    [
      '{"command":"set","change":{"concurrency":3,"perOrigin":"4"}}',
      'bad_option',
      'Expected `perOrigin` to be a number or null, got "4"',
    ],
  ])('%s is refused', async (line, code, message) => {
    expect(await say(`${line}\n`)).toMatchObject([{ ok: false, error: { code, message } }]);
    expect(run.calls).toEqual([]);
  });
});

describe('clients that misbehave', () => {
  test('garbage, byte by byte, is answered, and what follows it works', async () => {
    const client = new Client();
    for (const byte of Buffer.from('\xff\x00{"comm\n{"command":"pa', 'latin1')) client.socket.write(Buffer.of(byte));
    expect(await client.lines(1)).toMatchObject([{ ok: false, error: { code: 'bad_command' } }]);
    client.socket.write('use"}\n');
    expect(await client.lines(2)).toMatchObject([{ ok: false }, { ok: true, status: { state: 'paused' } }]);
    client.socket.destroy();
  });

  test('half a line is no command', async () => {
    const client = new Client();
    client.socket.end('{"command":"status"}\n{"command":"drain"}');
    await until(() => client.isClosed);
    expect(await client.lines(1)).toHaveLength(1);
    expect(run.calls).toEqual([]);
  });

  test('a line without end is refused, however much of it comes', async () => {
    const client = new Client();
    const megabyte = 'x'.repeat(1024 * 1024);
    const send = (): void => {
      if (client.socket.writable) client.socket.write(megabyte, send);
    };
    send();
    expect(await client.lines(1)).toMatchObject([
      { ok: false, error: { message: 'Expected a line of at most 65536 bytes, got a longer one' } },
    ]);
    await until(() => client.isClosed);
  });

  test('who reads no answers gets a bounded number of them', async () => {
    let asked = 0;
    run.status = () => {
      asked++;
      return runStatus({ local: 'l'.repeat(2_000) });
    };
    const greedy = connect(path);
    greedy.on('error', () => undefined);
    greedy.pause();
    greedy.write('{"command":"status"}\n'.repeat(20_000));
    await until(() => asked > 0);
    // Others are served meanwhile; by then all that will be answered has been.
    for (let round = 0; round < 20; round++) await say('{"command":"status"}\n');
    expect(asked).toBeLessThan(3_000);
    greedy.destroy();
  });

  test('who vanishes in the middle leaves the others alone', async () => {
    for (let each = 0; each < 50; each++) {
      const client = new Client();
      // More answers than the socket takes: some are written when nobody is there.
      client.socket.write(`${'{"command":"status"}\n'.repeat(1_000)}{"comm`, () => client.socket.destroy());
      await until(() => client.isClosed);
    }
    expect(await say('{"command":"status"}\n')).toHaveLength(1);
  });

  test('too many at once are turned away, and their places are free again afterwards', async () => {
    const clients = Array.from({ length: 17 }, () => new Client());
    await until(() => clients.some(({ isClosed }) => isClosed));
    expect(clients.filter(({ isClosed }) => isClosed)).toHaveLength(1);
    for (const client of clients) client.socket.destroy();
    await until(() => clients.every(({ isClosed }) => isClosed));
    expect(await say('{"command":"status"}\n')).toHaveLength(1);
  });

  test('who says nothing is closed', async () => {
    await served.close();
    await serve({ idleMs: 20 });
    const client = new Client();
    await until(() => client.isClosed);
    expect(client.text).toBe('');
  });

  test('none of them holds up the end', async () => {
    const client = new Client();
    client.socket.write('{"command":"status"}\n');
    await client.lines(1);
    await served.close();
    await until(() => client.isClosed);
    expect(served.server.listening).toBe(false);
  });
});
