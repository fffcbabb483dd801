// To which stage of a record's way a function belongs, by the file that it is in.

/** Where functions of Node itself are counted; the first that matches. */
const nodeModules: readonly (readonly [RegExp, string])[] = [
  [
    /^node:(?:internal\/)?(?:modules|bootstrap|main|process\/(?:pre_execution|esm_loader)|source_map|vm|module|url)/,
    'node: modules, start',
  ],
  [/^node:(?:internal\/)?(?:net|dns|dtrace|tcp)/, 'node: net'],
  [/^node:(?:internal\/)?(?:stream|_stream)/, 'node: streams'],
  [/^node:(?:internal\/)?(?:tls|crypto|_tls)/, 'node: tls'],
  [/^node:(?:internal\/)?http2/, 'node: http2'],
  [/^node:(?:internal\/)?(?:fs|blob|file)/, 'node: fs'],
  [/^node:(?:internal\/)?(?:timers|linkedlist|priority_queue)/, 'node: timers'],
  [/^node:internal\/(?:process|async_hooks|fixed_queue|async_context_frame)/, 'node: tasks, async hooks'],
  [/^node:(?:internal\/)?buffer/, 'node: buffer'],
  [/^node:(?:internal\/)?(?:events|event_target|abort_controller)/, 'node: events, signals'],
];

/** Parts of `http/` that are told apart. */
const httpParts = new Set(['wire', 'pool', 'undici', 'dial', 'h2']);

/** The stage of a file, by its URL as V8 tells it; null for functions of the engine, which have none. */
export function stageOf(url: string): string | null {
  if (url === '') return null;
  if (url.startsWith('node:')) return nodeModules.find(([pattern]) => pattern.test(url))?.[1] ?? 'node: other';
  if (url.startsWith('wasm:')) return 'undici (package)';
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return `${inPackage} (package)`;
  const [folder = '', part = '', rest] = /\/(?:dist|src)\/(.+)$/.exec(url)?.[1]?.split('/') ?? [];
  if (folder === 'http' && rest !== undefined && httpParts.has(part)) return `http/${part}`;
  return part === '' ? 'elsewhere' : folder;
}
