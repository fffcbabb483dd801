// A request body that is made while it is sent, for bodies that are not at hand as a whole. It goes to a
// transport beside the request (`SendOptions.body`), never through the engine, whose records are small.

/** Bytes of a request body, pulled only as fast as the connection takes them. */
export interface BodySource {
  /** How many there will be: sent as `content-length`, and held to. Null: sent in chunks until they end. */
  readonly lengthBytes: number | null;
  /** Begins at the first byte. Called once for each sending; an exchange that ends early returns the iterator. */
  open(): AsyncIterator<Uint8Array>;
}
