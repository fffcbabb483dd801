// Tells a reader that went away (`| head`) from an output that cannot be written.

/** Whether what failed was a write into a pipe that nobody reads any more. */
export function isBrokenPipe(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ECONNRESET';
}
