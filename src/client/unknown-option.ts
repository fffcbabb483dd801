// The error for an option that there is not: it names the one that was meant, also if that goes by another name in the library
// that somebody comes from.

import { UsageError } from '../errors.ts';
import { nearestName } from '../plan/nearest-name.ts';

/** What options of requests, httpx, aiohttp, grequests, axios, got, ky and fetch are called here. In lower case, without `_`. */
const elsewhere = new Map(
  Object.entries({
    size: ['concurrency'],
    limit: ['concurrency'],
    limits: ['concurrency', 'perOrigin'],
    maxconnections: ['concurrency'],
    limitperhost: ['perOrigin'],
    maxsockets: ['perOrigin'],
    query: ['params'],
    searchparams: ['params'],
    data: ['form', 'json', 'body'],
    content: ['body'],
    files: ['multipart'],
    verify: ['insecure', 'ca'],
    ssl: ['insecure', 'ca'],
    rejectunauthorized: ['insecure'],
    allowredirects: ['redirects'],
    followredirect: ['redirects'],
    followredirects: ['redirects'],
    maxredirects: ['redirects'],
    throwhttperrors: ['raiseForStatus'],
    validatestatus: ['raiseForStatus', 'success'],
    retry: ['retries'],
    backofffactor: ['backoffMs'],
    backofflimit: ['maxBackoffMs'],
    backoffmax: ['maxBackoffMs'],
    retrydelay: ['backoffMs'],
    prefix: ['baseUrl'],
    prefixurl: ['baseUrl'],
    cookiejar: ['cookies'],
    jar: ['cookies'],
    username: ['auth', 'user'],
    password: ['auth', 'user'],
    user: ['auth'],
    bearer: ['auth'],
    auth: ['user', 'bearer'],
    uds: ['socketPath'],
    unixsocket: ['socketPath'],
    resolver: ['lookup'],
    dnslookup: ['lookup'],
    agent: ['transport'],
    dispatcher: ['transport'],
    connector: ['transport'],
    adapter: ['transport'],
    proxies: ['proxy'],
    trustenv: ['proxy'],
    gtimeout: ['totalTimeoutMs'],
    exceptionhandler: ['onError'],
    eventhooks: ['hooks'],
    interceptors: ['hooks'],
  }),
);

/** @param known the options that there are */
export function unknownOption(name: string, known: readonly string[]): UsageError {
  const same = (elsewhere.get(name.toLowerCase().replaceAll('_', '')) ?? []).filter((one) => known.includes(one));
  const near = nearestName(name, known);
  const meant = same.length > 0 ? same : near === null ? [] : [near];
  return new UsageError(
    'unknown_option',
    `There is no option \`${name}\``,
    meant.length === 0 ? {} : { hint: `did you mean \`${meant.join('` or `')}\`?` },
  );
}
