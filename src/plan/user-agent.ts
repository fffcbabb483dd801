// Who we say we are. The version is that of the package.

import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The version of this package. */
export const version: string = manifest.version;

/** The value of `user-agent`, unless the user gives another. */
export const userAgent = `manyfetch/${version}`;
