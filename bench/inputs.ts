// Input files of the benches: generated once, reused while they are there and whole.

import { once } from 'node:events';
import { createWriteStream, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { sampleOrders } from '../scripts/sample-orders.ts';
import { runFolder, workFolder } from './work-folder.ts';

/** A file of orders as people have them, about 370 bytes each. */
export async function ordersFile(rows: number): Promise<string> {
  return generated(`orders-${rows}.jsonl`, () => sampleOrders(rows));
}

/** A file of small records, about 60 bytes each, for counts in millions. */
export async function smallRecordsFile(rows: number): Promise<string> {
  return generated(`small-${rows}.jsonl`, function* () {
    for (let ordinal = 0; ordinal < rows; ordinal++)
      yield `{"id":"r-${ordinal}","amount":${ordinal % 997},"note":"back-fill"}`;
  });
}

/** The same requests as a config of curl, which has no notion of a body for each line of a file. */
export async function curlConfig(url: string, rows: number, authority: string | null = null): Promise<string> {
  const path = join(runFolder, 'curl.config');
  await write(path, curlSections(url, rows, authority));
  return path;
}

function* curlSections(url: string, rows: number, authority: string | null): Generator<string> {
  const trusting = authority === null ? '' : `cacert = "${authority}"\n`;
  let first = true;
  for (const line of sampleOrders(rows)) {
    const body = line.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    yield `${first ? '' : 'next\n'}url = "${url}"\n${trusting}header = "content-type: application/json"\ndata-raw = "${body}"\noutput = "/dev/null"`;
    first = false;
  }
}

async function generated(name: string, lines: () => Iterable<string>): Promise<string> {
  const path = join(workFolder, name);
  if (!existsSync(path)) {
    const part = join(runFolder, name);
    await write(part, lines());
    renameSync(part, path);
  }
  return path;
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(path);
  let block = '';
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 1 << 18) continue;
    if (!file.write(block)) await once(file, 'drain');
    block = '';
  }
  file.end(block);
  await once(file, 'close');
}
