// Options that no request can be made with, beside an input that is fine: templates, the files that options
// name, values, contradictions. One message, exit code 2, nothing sent and nothing made.

import { expect, test } from 'vitest';
import { commandTrial, refusal, type Files } from './try-command.ts';

const attempt = commandTrial();

const files: Files = {
  'in.jsonl': '{"n":1}\n{"n":2}\n',
  'cut.json': '{"url":',
  'array.json': '[]',
  'no-url.json': '{"method":"POST"}',
  'broken.ts': 'export default (\n',
  'no-default.mjs': 'export const map = () => null;\n',
  'no-import.mjs': "import 'nowhere-to-be-found';\nexport default () => null;\n",
};

const braces = 'A placeholder is {{field}}; write \\{{ for two braces that are meant as they stand.';
const request =
  'It holds one request: {"url": "https://…", "method": "POST", "headers": {…}, "body": …}; a body that is no string is sent as application/json.';
const hidden = 'the value is not shown, as it may hold a password';
const strings = 'Strings stand in double quotes; placeholders may stand in strings or where a value is expected.';

const cases: [options: string, message: string, hint: string | null][] = [
  ['--url URL/{{n', '--url: the placeholder that begins at position AT is never closed by "}}"', braces],
  ['--url URL/{{}}', '--url: the placeholder at position AT names no field', braces],
  [
    '--url URL/{{$idx}}',
    '--url: there is no {{$idx}} (position AT)',
    'The nearest is {{$id}}; there are {{$index}}, {{$id}} and {{$env.NAME}}.',
  ],
  [
    '--url URL/{{$env.NOWHERE}}',
    '--url: {{$env.NOWHERE}}: the environment variable is not set',
    'Set NOWHERE before the command, or take the placeholder out.',
  ],
  [
    '--url URL/a --header X-Key:{{$env.NOWHERE}}',
    '--header "X-Key": {{$env.NOWHERE}}: the environment variable is not set',
    'Set NOWHERE before the command, or take the placeholder out.',
  ],
  [
    '--url example.com/{{n}}',
    '--url: "example.com/{{n}}" is not an http or https URL',
    'Write https://example.com/{{n}}',
  ],
  ['--url URL/a --json {"a":', '--json: not JSON at position 6: Unexpected end of JSON input', strings],
  [
    '--url URL/a --header X-A:b\r\nc',
    '--header "X-A": CR at position 2 may not be sent in a header',
    'A header is "Name: value", one line, without content-length and its like.',
  ],
  [
    '--url URL/a --header X=A:b',
    'Expected `--header` to be texts such as "Name: value", got one that does not begin with a name and a colon',
    null,
  ],
  ['--request nowhere.json', '--request: there is no file nowhere.json', 'Check the path.'],
  ['--request cut.json', '--request cut.json: not JSON at position 8: Unexpected end of JSON input', strings],
  ['--request array.json', '--request array.json: it is not an object', request],
  ['--request no-url.json', '--request no-url.json: it has no "url"', request],
  ['--map nowhere.ts', '--map: there is no file nowhere.ts', 'Check the path.'],
  ['--url URL/a --rate often', 'Expected `--rate` to be a rate such as 10/s, 600/m or 5000/h, got "often"', null],
  ['--url URL/a --rate 0/s', 'Expected `--rate` to be a rate such as 10/s, 600/m or 5000/h, got "0/s"', null],
  ['--url URL/a --concurrency 0', 'Expected `--concurrency` to be a whole number from 1 up, or auto, got 0', null],
  [
    '--url URL/a --success 999',
    'Expected `--success` to be a list of statuses such as 2xx,304,400-404, got "999"',
    null,
  ],
  [
    '--url URL/a --retry-on 5xx,nonsense',
    'Expected `--retry-on` to be a list such as 408,429,5xx,network,timeout, got "5xx,nonsense"',
    '"nonsense" is none of these',
  ],
  ['--url URL/a --http 3', 'Expected `--http` to be 1.1, 2 or auto, got "3"', null],
  [
    '--url URL/a --proxy ftp://proxy:1',
    'Expected `--proxy` to be a URL that begins with http://, https:// or socks5://, got something else',
    hidden,
  ],
  [
    '--base-url api.example.com',
    'Expected `--base-url` to be a URL that begins with http:// or https://, got something else',
    `write https://…; ${hidden}`,
  ],
  ['--url URL/a --bearer @nowhere.txt', 'There is no file nowhere.txt, which `--bearer` names', null],
  [
    '--url URL/a --transport wire --proxy http://127.0.0.1:9',
    '`--transport` wire goes through no `--proxy`',
    'leave `--transport` out: undici is taken for what goes through a proxy',
  ],
  ['--url URL/a --user a:b --bearer c', '`--user` and `--bearer` cannot be given together', 'leave one of them out'],
  ['--url URL/a --map in.jsonl', '`--map` and `--url` cannot be given together', 'leave one of them out'],
  ['--url URL/a --request cut.json', '`--request` and `--url` cannot be given together', 'leave one of them out'],
  ['--url URL/a --body none --bodies d', '`--body` and `--bodies` cannot be given together', 'leave one of them out'],
  [
    '--url URL/a --method NOT@ALLOWED',
    '--method: the method "NOT@ALLOWED" cannot be sent',
    'A method is one word: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS.',
  ],
];

test.each(cases)('%s', async (options, message, hint) => {
  const end = await attempt({ line: `run in.jsonl ${options}`, files });
  const stderr = end.stderr.replace(/position (?:1\d|2\d|3\d)/u, 'position AT');
  expect({ ...end, stderr }).toMatchObject(refusal(message, hint));
});

test.each([
  ['broken.ts', /^--map: broken\.ts cannot be loaded: SyntaxError .*/u],
  ['no-import.mjs', /^--map: no-import\.mjs cannot be loaded: .*Cannot find package 'nowhere-to-be-found'/u],
  ['no-default.mjs', /^--map: no-default\.mjs has no function as its default export$/u],
])('--map %s', async (module, message) => {
  const end = await attempt({ line: `run in.jsonl --map ${module}`, files, inProcess: true });
  expect(end).toMatchObject({ code: 2, stdout: '', sent: 0, touched: [] });
  const [first = '', hint = '', ...rest] = end.stderr.trimEnd().split('\n');
  expect(first.replace('manyfetch: ', '')).toMatch(message);
  expect(hint).toMatch(/^ {2}hint: .*export default \(record, \{ index, id \}\) => \(\{ url: … \}\)$/u);
  expect(rest).toEqual([]);
});

test('a dry run refuses what the run would, and makes nothing', async () => {
  const end = await attempt({ line: 'run in.jsonl --url URL/{{n --dry-run', files });
  expect(end).toMatchObject({ code: 2, stdout: '', sent: 0, touched: [] });
  const fine = await attempt({ line: 'run in.jsonl --url URL/{{n}} --dry-run 1', files });
  expect(fine).toMatchObject({ code: 0, stderr: '', sent: 0, touched: [] });
  expect(fine.stdout).toMatch(/^# record 0 \(line 1\)\n# http:\/\/127\.0\.0\.1:\d+\nGET \/1 HTTP\/1\.1\n/u);
});
