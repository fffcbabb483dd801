// What can be thrown and not be looked at without throwing again, for tests of what deals with errors of all kinds.

/** New ones: an object that has no text, one whose text cannot be read, one that is no more, one that contains itself. */
export function unreadableErrors(): readonly unknown[] {
  const silent = new Error('not to be seen');
  Object.defineProperty(silent, 'message', {
    get() {
      throw new Error('nobody reads this');
    },
  });
  const endless = new AggregateError([], 'contains itself');
  endless.errors.push(endless);
  const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
  revoke();
  return [Object.create(null), silent, proxy, endless];
}
