// Writes the sample inputs of `examples/` again. A test holds the files to what this writes.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleContacts } from './sample-contacts.ts';
import { sampleOrders } from './sample-orders.ts';

const folder = join(import.meta.dirname, '../examples');

writeFileSync(join(folder, 'orders.jsonl'), [...sampleOrders(5000)].map((line) => `${line}\n`).join(''));
writeFileSync(join(folder, 'contacts.csv'), sampleContacts(500));
