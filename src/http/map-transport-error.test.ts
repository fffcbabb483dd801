// What our own transport reports, as errors of ours. What Node reports is in map-undici-error.test.ts: it
// comes the same way through undici.

import { describe, expect, test } from 'vitest';
import { ConnectTimeout } from './dial/connect-timeout.ts';
import type { FailedExchange } from './failure-meaning.ts';
import { mapTransportError } from './map-transport-error.ts';
import { PhaseTimeout } from './pool/wire-exchange.ts';
import { WireFault, wireFaults } from './wire/wire-fault.ts';
import type { WireFaultName } from './wire/wire-fault.ts';

const early: FailedExchange = { authority: 'a.com:443', sent: false, answered: false, reused: false, headSeen: false };
const sent: FailedExchange = { ...early, sent: true };
const inBody: FailedExchange = { ...sent, answered: true, headSeen: true };

function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error('m'), { code, ...more });
}

describe('faults of answers', () => {
  const special = new Map<string, string>([
    ['head_too_large', 'headers_too_large'],
    ['cut_head', 'connection_closed'],
    ['cut_body', 'body_cut'],
  ]);
  const names = Object.keys(wireFaults) as WireFaultName[];

  test.each([...special])('%s is %s', (name, code) => {
    const fault = new WireFault(name as WireFaultName);
    const mapped = mapTransportError(fault, sent);
    expect(mapped).toMatchObject({ code, sent: true, systemCode: null, cause: fault });
    expect(mapped.message).toContain('a.com:443');
  });

  test.each(names.filter((name) => !special.has(name)))('%s is named', (name) => {
    const fault = new WireFault(name, 'this');
    const mapped = mapTransportError(fault, sent);
    expect(mapped).toMatchObject({ code: 'protocol_error', answered: true, cause: fault });
    expect(mapped.message).toMatch(/^what a\.com:443 sent/);
    expect(mapped.message).toContain(`${wireFaults[name]}: this (${name})`);
  });

  test('an end in the head is an answer if a byte came', () => {
    const mapped = [false, true].map((answered) => mapTransportError(new WireFault('cut_head'), { ...sent, answered }));
    expect(mapped.map(({ answered }) => answered)).toEqual([false, true]);
    expect(mapTransportError(new WireFault('cut_body'), inBody)).toMatchObject({ code: 'body_cut', answered: true });
  });
});

test('a phase that took too long is named, with its time', () => {
  expect(mapTransportError(new PhaseTimeout('headers', 1_500), sent)).toMatchObject({
    code: 'timeout',
    message: 'a.com:443 did not begin to answer within 1.5 s',
    hint: 'Raise headersTimeoutMs if the server needs longer.',
    answered: false,
  });
  expect(mapTransportError(new PhaseTimeout('body', 250), inBody)).toMatchObject({
    code: 'timeout',
    message: 'no more of the answer of a.com:443 came within 0.25 s',
    hint: 'Raise bodyTimeoutMs if the server needs longer.',
    answered: true,
  });
});

test('a connection that took too long names what was tried', () => {
  const tried = new AggregateError([
    coded('ECONNREFUSED', { address: '10.0.0.1' }),
    coded('ETIMEDOUT', { address: '::2' }),
  ]);
  expect(mapTransportError(new ConnectTimeout(tried), early)).toMatchObject({
    code: 'connect_timeout',
    message: 'a.com:443 did not accept a connection in time (tried 10.0.0.1: ECONNREFUSED, ::2: ETIMEDOUT)',
    systemCode: null,
  });
  expect(mapTransportError(new ConnectTimeout(new AggregateError([])), early).message).toMatch(/in time$/);
});

test('a server that speaks nothing of what was offered is told as that', () => {
  expect(mapTransportError(coded('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'), early)).toMatchObject({
    code: 'protocol_error',
    message: 'a.com:443 does not speak the HTTP that was asked for',
    hint: 'Use --http auto.',
    answered: false,
  });
});

test('what nobody knows is told as it is', () => {
  expect(mapTransportError('odd', early)).toMatchObject({ code: 'connect_failed', message: 'a.com:443: odd' });
  expect(mapTransportError(coded('UND_ERR_SOCKET'), sent)).toMatchObject({ code: 'connection_reset' });
});

test('what is HTTP and ambiguous gets another hint than what is no HTTP', () => {
  expect(mapTransportError(new WireFault('bad_status_line'), sent).hint).toContain('scheme and port');
  expect(mapTransportError(new WireFault('two_lengths'), sent).hint).toContain('--transport undici');
});
