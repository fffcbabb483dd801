// How long a timer of Node can wait at most, in milliseconds: one that is to wait for longer fires at once.

export const longestTimerMs = 2 ** 31 - 1;
