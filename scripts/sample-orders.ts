// Sample customer orders, the same for everyone: a seeded sequence, no clock. They hold what real
// exports hold and hurt: Unicode, quotes, escapes, emoji, integers beyond 2^53, rows that are equal.

import { seededRandom } from '../src/concurrency/random.ts';

type Pick = <T>(choices: readonly T[]) => T;

const firstNames = [
  'Ada',
  'Grace',
  'Łukasz',
  'Zoë',
  'José',
  'Aïcha',
  '美咲',
  'Дмитрий',
  'Ngọc',
  'Fatma',
  'Søren',
  'Siân',
];
const lastNames = [
  "O'Brien",
  'Müller',
  'García Márquez',
  '佐藤',
  'Иванова',
  'Nguyễn',
  'Şahin',
  'van den Berg',
  'Åkesson',
];
const streets = ['Main St', 'Königstraße', 'Rue de l’Église', 'Calle de Alcalá', '桜通り', 'ul. Długa', 'Tverskaya'];
const places = [
  { city: 'Zürich', country: 'CH', zip: '8001' },
  { city: 'São Paulo', country: 'BR', zip: '01310-100' },
  { city: '東京', country: 'JP', zip: '100-0001' },
  { city: 'Kraków', country: 'PL', zip: '31-042' },
  { city: 'Portland', country: 'US', zip: '97201' },
  { city: 'İzmir', country: 'TR', zip: '35210' },
];
const goods = [
  { sku: 'TEA-01', name: 'Green tea, 100 g', price: 8.5 },
  { sku: 'MUG-XL', name: 'Mug "Extra Large"', price: 14.9 },
  { sku: 'LMP-7', name: 'Lamp 7" ⌀, brass', price: 59 },
  { sku: 'BKS-ß', name: 'Straße & Co. — a novel', price: 21.25 },
  { sku: 'CBL-2M', name: 'Cable 2 m \\ braided', price: 6.75 },
];
const notes = [
  'Ring twice.\nThen wait.',
  'He said "leave it at the door".',
  'Gift 🎁 — no invoice inside, please',
  'C:\\orders\\new',
  'tab\there',
  '👩‍👩‍👧 family discount',
  '{{not a template}}',
];

function order(ordinal: number, random: () => number): string {
  const pick: Pick = (choices) => choices[Math.floor(random() * choices.length)] ?? fail();
  const items = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    ...pick(goods),
    quantity: 1 + Math.floor(random() * 4),
  }));
  const record = {
    id: `o-${String(ordinal + 1).padStart(5, '0')}`,
    customer: {
      name: `${pick(firstNames)} ${pick(lastNames)}`,
      email: `customer${Math.floor(random() * 900)}@example.com`,
    },
    address: { street: `${pick(streets)} ${1 + Math.floor(random() * 200)}`, ...pick(places) },
    items,
    total: Number(items.reduce((sum, item) => sum + item.price * item.quantity, 0).toFixed(2)),
    currency: pick(['EUR', 'USD', 'CHF', 'JPY']),
    ...(random() < 0.2 ? { note: pick(notes) } : {}),
  };
  const text = JSON.stringify(record);
  if (random() >= 0.1) return text;
  // Written as text, since a number of JavaScript would lose its last digits.
  return `${text.slice(0, -1)},"ledger":${9_007_199_254_740_993n + BigInt(Math.floor(random() * 1e9)) * 10n}}`;
}

function fail(): never {
  throw new Error('nothing to pick from');
}

/** Lines of JSON, one order each, without line ends. About one in fifty equals the line before it. */
export function* sampleOrders(count: number): Generator<string> {
  const random = seededRandom(20_261_121);
  let previous: string | null = null;
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const line: string = previous !== null && random() < 0.02 ? previous : order(ordinal, random);
    previous = line;
    yield line;
  }
}
