// Outputs that cannot be used, and runs that cannot be gone on with: refused with what stands in the way,
// nothing sent, and every file left as it was, byte for byte.

import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { takeRunLock } from '../../src/journal/run-lock.ts';
import { commandTrial, refusal } from './try-command.ts';

const attempt = commandTrial();
const files = { 'in.jsonl': '{"n":1}\n{"n":2}\n' };
const run = 'run in.jsonl --url URL/hello/{{n}}';

test('an output that is another file', async () => {
  const end = await attempt({ line: `${run} -o mine.jsonl`, files: { ...files, 'mine.jsonl': 'mine\n' } });
  expect(end).toMatchObject(
    refusal(
      'mine.jsonl exists and is not the output of a run: mine.jsonl.run is missing',
      'choose another output with -o, or move the file away; it was left as it is',
    ),
  );
});

test('an output in a folder that does not exist', async () => {
  const end = await attempt({ line: `${run} -o results/out.jsonl`, files });
  expect(end).toMatchObject(
    refusal('the folder results of the output results/out.jsonl does not exist', 'make it first: mkdir -p results'),
  );
});

test('an output in a folder that this user may not write into', async () => {
  const end = await attempt({
    line: run,
    files,
    prepare: (at) => chmodSync(at, 0o555),
    asNobody: true,
  });
  expect(end).toMatchObject(
    refusal(
      'nothing may be written into ., the folder of the output in.results.jsonl',
      'change its permissions, or choose another output with -o',
    ),
  );
});

test('an output that is a folder', async () => {
  const end = await attempt({ line: `${run} -o results`, files, prepare: (at) => mkdirSync(join(at, 'results')) });
  expect(end).toMatchObject(
    refusal('the output results is a folder', 'name a file in it, such as results/results.jsonl'),
  );
});

describe('an output that is the input', () => {
  test('by the same name', async () => {
    const end = await attempt({ line: `${run} -o ./in.jsonl`, files });
    expect(end).toMatchObject(
      refusal('`--output` is the input itself: ./in.jsonl', 'give the results a name of their own'),
    );
  });

  test('by another name, even with --fresh', async () => {
    const end = await attempt({
      line: `${run} -o link.jsonl --fresh`,
      files,
      prepare: (at) => symlinkSync('in.jsonl', join(at, 'link.jsonl')),
    });
    expect(end).toMatchObject({ code: 2, sent: 0, touched: [] });
  });
});

test('bodies where a file stands, certificates that are none', async () => {
  const own = { ...files, 'half.pem': '-----BEGIN CERTIFICATE-----\nnot base64 at all!\n-----END CERTIFICATE-----\n' };
  expect(await attempt({ line: `${run} --bodies in.jsonl`, files })).toMatchObject(
    refusal('--bodies: in.jsonl cannot be a folder: it is a file', 'Name a folder, or one that can be made.'),
  );
  expect(await attempt({ line: `${run} --cacert no.pem`, files })).toMatchObject(
    refusal('--cacert: there is no file no.pem', 'Check the path.'),
  );
  expect(await attempt({ line: `${run} --cacert in.jsonl`, files })).toMatchObject(
    refusal(
      'the file in.jsonl of --cacert is not PEM: it has no line -----BEGIN …-----',
      'convert it first, for example: openssl x509 -inform der -in file.der -out file.pem',
    ),
  );
  const broken = await attempt({ line: `${run} --cert half.pem --key half.pem`, files: own });
  expect(broken).toMatchObject({ code: 2, sent: 0, touched: [] });
  expect(broken.stderr).toMatch(
    /^manyfetch: the certificates or key of --cert, --key cannot be used: .*\n {2}hint: Give PEM files, and a key that belongs to the certificate and is not encrypted\.\n$/u,
  );
});

const journal = 'in.results.jsonl.run';

/** A run to its end, a change, and the same command again. */
async function refusedAfter(change: (folder: string) => void | Promise<void>, line = run) {
  const first = await attempt({ line: `${run} -q`, files });
  expect(first).toMatchObject({ code: 0, sent: 2 });
  await change(first.folder);
  return first.again(line);
}

describe('a run that cannot be gone on with', () => {
  test('its journal is of a newer version', async () => {
    const end = await refusedAfter((folder) => {
      const path = join(folder, journal);
      const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
      const entry = first.slice(first.indexOf('{')).replace('"version":1,', '"version":9,');
      const sum = crc32(entry).toString(16).padStart(8, '0');
      writeFileSync(path, [`${sum} ${entry}`, ...rest].join('\n'));
    });
    expect(end).toMatchObject(
      refusal(
        'the journal in.results.jsonl.run was written by a newer manyfetch (version 9 of the journal; this one knows 1)',
        'update manyfetch and run the same command again',
      ),
    );
  });

  test('its journal is not whole', async () => {
    const end = await refusedAfter((folder) => writeFileSync(join(folder, journal), 'not a journal\n'));
    expect(end).toMatchObject(
      refusal(
        'the journal in.results.jsonl.run cannot be read: its first line is not whole',
        'restore it from a copy; or, if records may be sent a second time, start over with --fresh',
      ),
    );
  });

  test('another process is working on it', async () => {
    const end = await refusedAfter(async (folder) => {
      await takeRunLock(join(folder, `${journal}.lock`), 'another');
    });
    expect(end).toMatchObject(
      refusal(
        `process ${process.pid} is working on the output in.results.jsonl`,
        'wait until it has finished, or choose another output with -o',
      ),
    );
  });

  test('the input has changed', async () => {
    const end = await refusedAfter((folder) => writeFileSync(join(folder, 'in.jsonl'), '{"n":1}\n{"n":2}\n{"n":3}\n'));
    expect(end).toMatchObject({ code: 2, sent: 0, touched: [] });
    expect(end.stderr).toMatch(
      /^manyfetch: the input .*in\.jsonl is not the one that this run began with: it had 16 bytes, and has 24 now\n {2}hint: put the input back/u,
    );
  });

  test('the requests would be others', async () => {
    const end = await refusedAfter(() => undefined, 'run in.jsonl --url URL/hello/b{{n}}');
    expect(end).toMatchObject(
      refusal(
        'the run that these results belong to was begun with other options: --url has another value',
        'give the same options to go on; to start over with what you have now, add --fresh (the results so far are replaced); in.results.jsonl.run holds the run',
      ),
    );
  });
});
