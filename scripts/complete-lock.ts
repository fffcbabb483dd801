// Adds to package-lock.json what npm leaves out when a registry does not have the builds of a package
// for other platforms: one entry for each. Without them `npm ci` refuses the lock (npm/cli#9846), here
// and on those platforms. Run it after `npm install`; a test says when it is needed. It changes nothing else.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const platform =
  /(?<os>android|darwin|freebsd|linux|openharmony|win32)-(?<cpu>arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(?<abi>[a-z]+))?$/;

/** Names and versions of optional dependencies that a lock has no entry for, each with the package that wants it. */
export function missingFromLock(
  lock: Lock,
): { readonly path: string; readonly version: string; readonly by: LockEntry }[] {
  const paths = Object.keys(lock.packages);
  return Object.values(lock.packages).flatMap((by) =>
    Object.entries(by.optionalDependencies ?? {})
      .map(([name, version]) => ({ path: `node_modules/${name}`, version, by }))
      .filter(({ path }) => !paths.some((known) => known === path || known.endsWith(`/${path}`))),
  );
}

/** What npm itself writes for a build of another platform, but for the checksum, which only the registry knows. */
function entryFor(path: string, version: string, dev: boolean): object {
  const { os, cpu, abi } = platform.exec(path)?.groups ?? {};
  if (os === undefined || cpu === undefined) throw new Error(`${path} does not name a platform: add its entry by hand`);
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${path} is wanted as ${version}: add its entry by hand`);
  const libc = os !== 'linux' || abi === undefined ? {} : { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] };
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...libc, optional: true, os: [os] };
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock;
  const added = missingFromLock(lock).map((gap) => [gap.path, entryFor(gap.path, gap.version, gap.by.dev === true)]);
  const [root = ['', {}], ...others] = Object.entries({ ...lock.packages, ...Object.fromEntries(added) });
  const sorted = others.toSorted(([left], [right]) => left.localeCompare(right, 'en'));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries([root, ...sorted]) }, null, 2)}\n`);
  process.stdout.write(`${added.length} entries added to package-lock.json\n`);
}
