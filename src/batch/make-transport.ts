// Makes the transport that the options ask for: reads the files that they name, and puts the stand-in
// service in the place of the real hosts for a rehearsal.

import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { chooseTransport } from '../http/choose-transport.ts';
import { tlsSettings } from '../http/dial/tls-settings.ts';
import type { TransportOptions } from '../http/transport-options.ts';
import type { Transport } from '../http/transport.ts';
import { createUndiciTransport } from '../http/undici/undici-transport.ts';
import { rehearse } from './rehearsal.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';
import type { RunEnvironment } from './run-environment.ts';

type TlsFiles = Pick<TransportOptions, 'ca' | 'cert' | 'key'>;

/** Throws UsageError for files that cannot be read. */
export async function makeTransport(
  options: ResolvedOptions,
  { env, lookup }: Pick<RunEnvironment, 'env' | 'lookup'>,
): Promise<Transport> {
  const files = await readTlsFiles(options);
  const connecting: TransportOptions = {
    connectTimeoutMs: options.connectTimeoutMs,
    verifyTls: !options.insecure,
    http: options.http,
    pipelining: options.pipelining,
    env,
    ...files,
    ...(lookup === null ? {} : { lookup }),
    ...(options.rehearse ? { proxy: null } : wayOf(options)),
  };
  const transport = chooseTransport(options.transport, connecting, createUndiciTransport);
  return options.rehearse ? rehearse(transport) : transport;
}

function wayOf({ proxy, socketPath }: ResolvedOptions): TransportOptions {
  if (socketPath !== null) return { socketPath };
  return proxy === undefined ? {} : { proxy };
}

/** The PEM files that the options name. Throws UsageError for those that cannot be used. */
export async function readTlsFiles(options: ResolvedOptions): Promise<TlsFiles> {
  const ca = await readPem(options.cacert, '--cacert');
  const cert = await readPem(options.cert, '--cert');
  const key = await readPem(options.key, '--key');
  const files = {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
  // For what it finds wrong: a run must be refused before any file of it is made.
  if (Object.keys(files).length > 0) tlsSettings(files);
  return files;
}

async function readPem(path: string | null, option: string): Promise<string | null> {
  if (path === null) return null;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      isMissing ? 'no_such_file' : 'unreadable',
      isMissing
        ? `${option}: there is no file ${path}`
        : `${option}: ${path} cannot be read: ${(error as Error).message}`,
      { hint: 'Check the path.', cause: error },
    );
  }
  if (!text.includes('-----BEGIN ')) {
    throw new UsageError('bad_option', `the file ${path} of ${option} is not PEM: it has no line -----BEGIN …-----`, {
      hint: 'convert it first, for example: openssl x509 -inform der -in file.der -out file.pem',
    });
  }
  return text;
}
