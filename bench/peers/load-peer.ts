// Loads a package that we compare with: installed by scripts/install-bench-peers.sh, no dependency of ours.
// PEER_PACKAGES names the folder.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env['PEER_PACKAGES'] ?? '', 'package.json'));

/** The package of this name; `Module` is as much of its shape as is used. */
export async function loadPeer<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(require.resolve(name)).href)) as Module;
}
