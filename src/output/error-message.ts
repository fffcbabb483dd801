// How much of an error's message is recorded. Messages may quote what a server sent.

const largestMessage = 1000;

/** The message, cut at 1,000 characters. */
export function recordedMessage(message: string): string {
  if (message.length <= largestMessage) return message;
  const last = message.charCodeAt(largestMessage - 1);
  // The cut must not go through a surrogate pair.
  return message.slice(0, last >= 0xd800 && last <= 0xdbff ? largestMessage - 1 : largestMessage);
}
