// The error of a dialling for which the time was over. Says which addresses were tried, in its cause.

/** No address accepted a connection, or finished the handshake, in time. */
export class ConnectTimeout extends Error {
  readonly code = 'CONNECT_TIMEOUT';

  /** @param cause the errors of the addresses that were tried */
  constructor(cause: AggregateError) {
    super('no connection in time', { cause });
    this.name = 'ConnectTimeout';
  }
}
