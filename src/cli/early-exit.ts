// What is said, and with which exit code, if the process ends before the command has: a hook or a map module called `process.exit`.
// Without it whoever started the command would take a run that did nothing for one that did all.

/** What ends: `process`. */
export interface ExitSource {
  exitCode?: number | string | null | undefined;
  on(event: 'exit', listener: () => void): unknown;
  off(event: 'exit', listener: () => void): unknown;
}

/**
 * Watches until the function that it returns is called.
 *
 * @param report says what happened, and gives the exit code
 */
export function onEarlyExit(report: () => number, source: ExitSource = process): () => void {
  const onExit = (): void => {
    source.exitCode = report();
  };
  source.on('exit', onExit);
  return () => void source.off('exit', onExit);
}
