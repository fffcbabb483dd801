// Loads a hook and says where it runs. What threads need is loaded only for them.

import type { OpenHook } from '../../batch/hook/record-hook.ts';
import { InProcessHook } from './in-process-hook.ts';
import { hookModule, loadHook } from './load-hook.ts';
import type { ResultHook } from './result-hook.ts';

export const openHook: OpenHook = async ({ hook, threads, ...limits }) => {
  if (typeof hook === 'function') return new InProcessHook(hook as ResultHook, limits);
  const module = hookModule(hook);
  if (threads === null) return new InProcessHook(await loadHook(module), limits);
  const { HookThreads } = await import('./hook-threads.ts');
  return HookThreads.open({ module, threads, ...limits });
};
