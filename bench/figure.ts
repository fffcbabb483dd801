// A single figure with its goal, as the benches other than throughput report them.

export interface Figure {
  readonly bench: string;
  readonly name: string;
  /** null: could not be measured, `note` says why. */
  readonly value: number | null;
  readonly unit: 'ms' | 'µs' | 'bytes' | 'KB' | 'MB' | 'x' | 'rows';
  /** At most; null: there is none. */
  readonly goal: number | null;
  readonly note: string;
}
