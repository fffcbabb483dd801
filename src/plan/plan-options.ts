// What shapes the requests of a run. With none of `url`, `request` and `map`, a record is a request itself.

export interface PlanOptions {
  /** URL template. */
  readonly url?: string | undefined;
  /** Method. @default POST with a body, else GET */
  readonly method?: string | undefined;
  /** `Name: template`, in order. */
  readonly headers?: readonly string[] | undefined;
  /** JSON template of the body. */
  readonly json?: string | undefined;
  /** Text template of the body. */
  readonly data?: string | undefined;
  /** `name=template` pairs of an `application/x-www-form-urlencoded` body. */
  readonly form?: readonly string[] | undefined;
  /** The body is the record, as JSON. @default false */
  readonly recordAsJson?: boolean | undefined;
  /** Path of a JSON file that holds a whole request with placeholders. */
  readonly request?: string | undefined;
  /** Path or URL of a module whose default export turns `(record, {index, id})` into a request or null. */
  readonly map?: string | URL | undefined;
  /** What relative URLs are resolved against. */
  readonly baseUrl?: string | undefined;
  /** `name:password` for basic authentication. */
  readonly user?: string | undefined;
  /** Token for `Authorization: Bearer`. */
  readonly bearer?: string | undefined;
  /** Name of the header that carries the idempotency key of a POST or PATCH; `off` sends none. @default Idempotency-Key */
  readonly idempotencyKey?: string | undefined;
  /** What a request costs, for rates such as `90000/m:cost`: a template, or a number. @default the request's own `cost`, else 1 */
  readonly cost?: string | number | undefined;
}

/** The same, with what other options mean for requests. */
export interface CheckedPlanOptions extends PlanOptions {
  /** A rate counts what requests cost, so the `cost` of a record or of a map's request means that. @default false */
  readonly countsCost?: boolean;
}
