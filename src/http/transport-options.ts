// How connections are made. Paths have been read and values checked by whoever builds these.

/** Options of a transport. */
export interface TransportOptions {
  /** @default 10000 */
  readonly connectTimeoutMs?: number;
  /** Verify certificates. @default true */
  readonly verifyTls?: boolean;
  /** PEM text of authorities to trust besides Node's own. */
  readonly ca?: string;
  /** PEM text of a client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** `1.1` never offers HTTP/2; `2` insists on it (over cleartext with prior knowledge); `auto` takes what TLS negotiates. @default auto */
  readonly http?: '1.1' | '2' | 'auto';
  /** Proxy URL, with user info if it wants credentials; null: none; undefined: HTTP_PROXY, HTTPS_PROXY, NO_PROXY of `env`. */
  readonly proxy?: string | null;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Limit of a header section. @default 64 KiB */
  readonly maxHeaderBytes?: number;
}
