// The ways in which this machine itself can run short, by the names that the system has for them: what
// it is in words, how far a lower concurrency helps, and what the user can do. Facts only.

/** One way to run short. */
export interface LocalShortage {
  /** A clause: what is the matter. */
  readonly words: string;
  /** A clause: what to do. */
  readonly advice: string;
  /** Below this number in flight it cannot be the concurrency. */
  readonly floor: number;
}

const byCode: Readonly<Record<string, LocalShortage>> = {
  EMFILE: {
    words: 'this process has no file descriptor left',
    advice: 'raise the limit with ulimit -n',
    floor: 1,
  },
  ENFILE: {
    words: 'this machine has no file descriptor left',
    advice: 'raise fs.file-max, or end what else runs here',
    floor: 1,
  },
  EADDRNOTAVAIL: {
    words: 'this machine has no port left to connect from',
    advice: 'widen net.ipv4.ip_local_port_range',
    floor: 1,
  },
  ENOBUFS: { words: 'this machine has no buffers left', advice: 'free memory, or ask for less concurrency', floor: 1 },
  ENOMEM: { words: 'this machine has no memory left', advice: 'free memory, or ask for less concurrency', floor: 1 },
  // Only a few names are looked up at a time, and a name server may be down: what is in flight to other
  // origins must not stop for that.
  EAI_AGAIN: {
    words: 'names are not resolved in time',
    advice: 'check the name servers of this machine (/etc/resolv.conf)',
    floor: 50,
  },
};

/** The event loop, whose timers fire late. */
export const blockedLoop: LocalShortage = {
  words: 'the event loop of this process is blocked',
  advice: 'look at a slow --map module, or at what else runs on this machine',
  floor: 10,
};

/** The same, where results are given to a hook in this process. */
export const loopBlockedByHook: LocalShortage = {
  ...blockedLoop,
  advice: 'if the --on-result hook computes, give it --hook-threads; else look at what else runs on this machine',
};

/** The shortage that the system names so; one without a name of ours is told by its code. */
export function shortageOf(code: string): LocalShortage {
  return byCode[code] ?? { words: 'this machine is short of something', advice: 'ask for less concurrency', floor: 1 };
}
