// The columns of results as CSV: what writes them and what reads them back share this list.

/** In their order. `headers` and `extracted` are JSON text; of the body's columns at most one is filled, and `bodyBytes` goes with `bodyHash`. */
export const csvColumns = [
  'index',
  'id',
  'result',
  'status',
  'attempts',
  'ms',
  'waitMs',
  'at',
  'method',
  'url',
  'finalUrl',
  'errorCode',
  'errorMessage',
  'skipped',
  'headers',
  'body',
  'bodyBase64',
  'bodyHash',
  'bodyBytes',
  'bodyFile',
  'extracted',
] as const;
