// Where a module of this folder stands that is loaded by another thread or process: as it was written, or built.

const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

export function siblingModule(name: string): URL {
  return new URL(`./${name}${extension}`, import.meta.url);
}
