// The words that stand behind a status where nobody says otherwise.

/** @returns '' for a status that has none */
export function usualReason(status: number): string {
  // Trap: `import … from 'node:http'` reads all that it exports, and so loads the undici that is part of Node: some 20 ms.
  return process.getBuiltinModule('node:http').STATUS_CODES[status] ?? '';
}
