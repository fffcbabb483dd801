// HAR 1.2 as far as it is written and read here: plain data (http://www.softwareishard.com/blog/har-12-spec/).
// Fields that begin with `_` are ours; the text of the format allows for them.

/** A recording, as it stands in a file. */
export interface Har {
  readonly log: HarLog;
}

export interface HarLog {
  readonly version: string;
  readonly creator: { readonly name: string; readonly version: string };
  readonly entries: readonly HarEntry[];
  readonly comment?: string;
}

/** One request, and what came back. */
export interface HarEntry {
  /** ISO 8601. */
  readonly startedDateTime: string;
  /** Milliseconds: the sum of the timings. */
  readonly time: number;
  readonly request: HarRequest;
  readonly response: HarResponse;
  readonly cache: Readonly<Record<string, unknown>>;
  readonly timings: HarTimings;
  /** Code of the error that it ended with instead of an answer. The status is 0 then. */
  readonly _error?: string;
}

export interface HarField {
  readonly name: string;
  readonly value: string;
}

export interface HarRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly cookies: readonly HarField[];
  readonly headers: readonly HarField[];
  readonly queryString: readonly HarField[];
  readonly postData?: HarPostData;
  readonly headersSize: number;
  readonly bodySize: number;
}

export interface HarPostData {
  readonly mimeType: string;
  readonly text?: string;
  readonly params?: readonly HarField[];
  /** `base64`: the text stands for bytes that are no text. */
  readonly _encoding?: string;
  readonly comment?: string;
}

export interface HarResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly cookies: readonly HarField[];
  readonly headers: readonly HarField[];
  readonly content: HarContent;
  readonly redirectURL: string;
  readonly headersSize: number;
  readonly bodySize: number;
}

/** The body of an answer, content encodings undone. */
export interface HarContent {
  readonly size: number;
  readonly mimeType: string;
  readonly text?: string;
  /** `base64`: the text stands for bytes that are no text. */
  readonly encoding?: string;
  readonly comment?: string;
}

/** Milliseconds; -1: there was no such step. `connect` has `ssl` in it. */
export interface HarTimings {
  readonly blocked: number;
  readonly dns: number;
  readonly connect: number;
  readonly ssl: number;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
}
