// Where a module stands that is loaded by another thread or process: as it was written, or built.

const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** @param beside the `import.meta.url` of a module in the same folder */
export function siblingModule(name: string, beside: string = import.meta.url): URL {
  return new URL(`./${name}${extension}`, beside);
}
