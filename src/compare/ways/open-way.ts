// The contract of a way of sending, once its workers are there. What it takes is measured by others.

import type { Tally } from '../compare-plan.ts';
import type { ResourceUse } from '../resource-use.ts';

export interface OpenWay {
  /** One request in each worker. */
  warmUp(): Promise<void>;
  /** All requests. Tells of answers as they come. */
  send(tell: (tally: Tally) => void): Promise<void>;
  /** What its other processes have taken so far, one entry for each. */
  useOfOthers(): Promise<readonly ResourceUse[]>;
  close(): Promise<void>;
}
