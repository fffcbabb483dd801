// Sample contacts as CSV (RFC 4180), the same for everyone: quotes, commas and line ends in quoted
// fields, empty fields, Unicode.

import { seededRandom } from '../src/concurrency/random.ts';

const names = [
  'Zoë Müller',
  'Nguyễn Thị Mai',
  '佐藤 美咲',
  "Siobhán O'Brien",
  'Łukasz Żak',
  'Иван Петров',
  'Ada Lovelace',
];
const companies = ['Smith, Jones & Sons', 'The "Best" Bakery', 'Grüne Wiese GmbH', '株式会社さくら', 'ACME', ''];
const notes = [
  '',
  'calls after 5 pm',
  'prefers e-mail,\nnever the phone',
  'says "hello" first',
  'VIP ⭐\nsince 2019\n"gold"',
  ' leading and trailing spaces ',
];

function quoted(value: string): string {
  return /[",\n\r]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A header and `count` rows, each with its line end. */
export function sampleContacts(count: number): string {
  const random = seededRandom(500);
  const pick = (choices: readonly string[]): string => choices[Math.floor(random() * choices.length)] ?? '';
  const rows = Array.from({ length: count }, (_, ordinal) =>
    [`c-${ordinal + 1}`, pick(names), `contact${ordinal + 1}@example.com`, pick(companies), pick(notes)]
      .map(quoted)
      .join(','),
  );
  return `${['id,name,email,company,note', ...rows].join('\n')}\n`;
}
