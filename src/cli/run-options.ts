// The options of `manyfetch run`, in the order and under the headings in which help lists them. The
// names, meanings and defaults are a contract; how a text becomes a value is in batch-options-from.ts.

import type { CommandSpec, OptionSpec } from './command.ts';

const input: readonly Omit<OptionSpec, 'group'>[] = [
  {
    name: 'format',
    value: 'NAME',
    help: 'jsonl, csv, tsv, txt or json; .gz, .zst and .br are undone by themselves',
    default: "by the input's extension",
  },
  { name: 'limit', value: 'N', help: 'take only so many records' },
  {
    name: 'offset',
    value: 'N',
    help: 'leave out so many records at the start; the others keep their index',
    default: '0',
  },
  { name: 'max-record-bytes', value: 'SIZE', help: 'a larger record is a failed one', default: '16MiB' },
];

const request: readonly Omit<OptionSpec, 'group'>[] = [
  { name: 'url', value: 'T', help: 'URL template' },
  { name: 'method', short: 'X', value: 'M', help: 'method', default: 'POST with a body, else GET' },
  { name: 'header', short: 'H', value: "'Name: T'", repeat: true, help: 'a header' },
  { name: 'json', value: 'T', help: 'JSON body; a value that is one whole placeholder keeps its type' },
  { name: 'data', value: 'T', help: 'text body' },
  { name: 'form', value: 'name=T', repeat: true, help: 'a field of a urlencoded form' },
  { name: 'record-as-json', help: 'the body is the record itself' },
  { name: 'request', value: 'FILE', help: 'a whole request as JSON with placeholders' },
  { name: 'map', value: 'FILE', help: 'a module: (record, {index, id}) => request, or null to skip the record' },
  { name: 'base-url', value: 'URL', help: 'what relative URLs are resolved against' },
  {
    name: 'user',
    short: 'u',
    value: 'NAME:PASS',
    help: 'basic authentication; better @FILE or {{$env.NAME}}, see below',
  },
  { name: 'bearer', value: 'TOKEN', help: 'Authorization: Bearer; better @FILE or {{$env.NAME}}, see below' },
  {
    name: 'idempotency-key',
    value: 'NAME',
    help: 'header that carries the key of a POST or PATCH, the same after any crash; off sends none',
    default: 'Idempotency-Key',
  },
];

const sending: readonly Omit<OptionSpec, 'group'>[] = [
  {
    name: 'concurrency',
    short: 'c',
    value: 'N|auto',
    help: 'requests in flight, at most; auto finds it per origin',
    default: 'auto',
  },
  { name: 'per-origin', value: 'N', help: 'the same for each origin' },
  {
    name: 'rate',
    value: 'N/s|N/m|N/h',
    repeat: true,
    help: 'requests started per origin, evenly spread; several hold together; 90000/m:cost counts what they cost',
  },
  {
    name: 'cost',
    value: 'T',
    help: 'what a request costs, such as {{tokens}}',
    default: 'the request\'s own "cost", else 1',
  },
  {
    name: 'cost-from',
    value: 'PATH',
    help: 'where a JSON answer tells the real cost, such as usage.total_tokens; what was taken is corrected',
  },
  { name: 'retries', value: 'N', help: 'attempts after the first', default: '3' },
  {
    name: 'retry-on',
    value: 'LIST',
    help: 'which outcomes are worth another attempt; none for no retries',
    default: '408,425,429,5xx,network,timeout',
  },
  {
    name: 'backoff',
    value: 'D',
    help: 'the wait before another attempt: random, up to this, and up to twice as much after each further one',
    default: '500ms',
  },
  {
    name: 'max-backoff',
    value: 'D',
    help: 'no such wait is longer, unless the server asked for it',
    default: '30s',
  },
  { name: 'success', value: 'LIST', help: 'which statuses are ok', default: '2xx' },
  { name: 'timeout', value: 'D', help: 'one attempt; waiting for its turn is not counted', default: '30s' },
  { name: 'connect-timeout', value: 'D', help: 'making a connection', default: '10s' },
  {
    name: 'max-wait',
    value: 'D',
    help: 'the longest wait that a server may ask for before the record fails',
    default: '1h',
  },
  {
    name: 'outage',
    value: 'HOW',
    help: 'wait or fail: records of an origin that fails as a whole wait until it answers again, or fail at once',
    default: 'wait',
  },
  { name: 'max-outage', value: 'D', help: 'the longest time that records wait so, before they fail', default: '1h' },
  { name: 'redirects', value: 'N', help: 'followed at most; credentials are dropped across origins', default: '10' },
  {
    name: 'delivery',
    value: 'MODE',
    help: 'what to do when an answer was lost: at-least-once sends again under the same key, at-most-once records `unknown` for a POST or PATCH',
    default: 'at-least-once',
  },
  { name: 'max-body-bytes', value: 'SIZE', help: 'an answer with a larger body fails', default: '64MiB' },
  {
    name: 'proxy',
    short: 'x',
    value: 'URL',
    help: "http://, https:// or socks5://; '' for none",
    default: 'HTTP_PROXY, HTTPS_PROXY, NO_PROXY',
  },
  {
    name: 'unix-socket',
    value: 'PATH',
    help: 'connect to this socket, whatever host a URL names; without --base-url that is http://localhost',
  },
  { name: 'cacert', value: 'FILE', help: "PEM authorities to trust besides the system's" },
  { name: 'cert', value: 'FILE', help: 'PEM client certificate' },
  { name: 'key', value: 'FILE', help: 'its PEM key' },
  { name: 'insecure', short: 'k', help: "do not verify the server's certificate" },
  { name: 'http', value: 'VERSION', help: '1.1, 2 or auto', default: 'auto' },
  {
    name: 'transport',
    value: 'NAME',
    help: 'what sends: wire (our own), undici, or auto: the wire, and undici for what goes through a proxy',
    default: 'auto',
  },
  {
    name: 'pipelining',
    value: 'N',
    help: 'requests on their way at once on one HTTP/1.1 connection; only GET and the like, which may be repeated',
    default: '1',
  },
  { name: 'rehearse', help: 'send everything to an embedded stand-in service instead of the real hosts' },
  {
    name: 'dry-run',
    value: '[N]',
    help: 'print the first N requests (10) as they would be sent, secrets masked; send nothing',
  },
  { name: 'grace', value: 'D', help: 'after Ctrl-C, what is in flight may take so long to finish', default: '10s' },
];

const results: readonly Omit<OptionSpec, 'group'>[] = [
  {
    name: 'output',
    short: 'o',
    value: 'FILE',
    help: '.csv writes CSV, all else JSONL; - writes standard output, and then the run cannot be resumed',
    default: "the input's name with .results.jsonl",
  },
  {
    name: 'body',
    value: 'HOW',
    help: 'auto, text, base64, none or hash; auto records JSON as JSON, text as text, the rest as base64',
    default: 'auto',
  },
  { name: 'bodies', value: 'DIR', help: 'write one file a body, instead of bodies in the results' },
  { name: 'order', value: 'HOW', help: 'completion or input', default: 'completion' },
  {
    name: 'on-result',
    value: 'FILE',
    help: 'a module: (record, result) => what is recorded as `extracted`; called once for each result',
  },
  { name: 'hook-threads', value: 'N', help: 'call it in so many threads', default: 'none: in this process' },
  {
    name: 'hook-concurrency',
    value: 'N',
    help: 'calls of it that go on at once; while so many go on or wait no request is started',
    default: '64; 8 for each thread',
  },
  { name: 'hook-timeout', value: 'D', help: 'a call of it may take so long', default: 'as long as it takes' },
  { name: 'fresh', help: 'start over, even if there are results' },
];

const display: readonly Omit<OptionSpec, 'group'>[] = [
  {
    name: 'progress',
    value: 'HOW',
    help: 'none, lines or live; without colours if NO_COLOR is set',
    default: 'live on a terminal, else lines',
  },
  {
    name: 'summary',
    value: 'HOW',
    help: 'text or json; json is one line on standard output, on stderr if the results go there',
    default: 'text',
  },
  { name: 'quiet', short: 'q', help: 'only errors; a summary only with --summary' },
];

export const runSpec: CommandSpec = {
  name: 'run',
  summary:
    'Sends a request for each record of the input and records exactly one result for each. The same command again resumes: what is settled is not sent again.',
  usage: 'run <input> [-o results.jsonl] [options]',
  argument: { name: 'input', help: 'the path of a file, or - for standard input' },
  options: [
    ...grouped('Input', input),
    ...grouped(
      'Request (without any of these, a record is a request itself: {"url", "method", "headers", "body"})',
      request,
    ),
    ...grouped('Sending', sending),
    ...grouped('Results', results),
    ...grouped('Display', display),
  ],
  notes: [
    'T is a template with {{field}}, {{nested.field}}, {{$index}}, {{$id}} and {{$env.NAME}}. D is a duration: 250ms, 30s, 5m, 2h. SIZE is in bytes: 1000B, 64MB, 16MiB. LIST is comma separated: 404, 5xx, 400-404.',
    "What stands on a command line can be seen by every user of the machine (ps). Credentials are safe in a file, --bearer @token.txt, or in the environment, --bearer '{{$env.TOKEN}}'; --user takes both as well. They are never written to results or logs.",
    'Exit codes: 0 every record ok; 1 some failed or unknown; 2 bad usage or input, nothing was sent; 3 stopped before the end, resumable; 4 a bug or an unusable disk.',
  ],
  examples: [
    "manyfetch run orders.jsonl --url 'https://example.com/orders/{{id}}' -X PUT --record-as-json",
    'manyfetch run prompts.jsonl --base-url https://example.com --bearer @token.txt --rate 500/m',
    'manyfetch run links.txt --method HEAD --success 2xx,3xx --redirects 0 -o links.csv',
  ],
};

function grouped(group: string, options: readonly Omit<OptionSpec, 'group'>[]): OptionSpec[] {
  return options.map((option) => ({ ...option, group }));
}
