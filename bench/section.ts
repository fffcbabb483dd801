// The contract of a section of the bench: what `npm run bench -- NAME` runs.

/** One of two builds. */
export interface Side {
  readonly folder: string;
  readonly with: readonly string[];
}

/** What was asked for on the command line. */
export interface Settings {
  /** Of which the median counts. */
  readonly rounds: number;
  /** Rows of the fast peers. */
  readonly rows: number;
  /** Less than 1 with `--quick`: what does not depend on `rows` is to be multiplied by it. */
  readonly scale: number;
  /** Only peers whose name contains this, and ours. */
  readonly only: string | null;
  /** Two builds to be compared: folders with a checkout or an installed package, and arguments for each. */
  readonly a: Side;
  readonly b: Side;
}

/** What a section found: as text, and the same as JSON. */
export interface Report {
  readonly text: string;
  readonly json: unknown;
}

export interface Section {
  readonly name: string;
  readonly says: string;
  /** Rows of the fast peers, if the command line names none. */
  readonly rows: number;
  /** Part of `all`. */
  readonly inAll: boolean;
  run(settings: Settings): Promise<Report>;
}
