// Who we say we are. The version is that of the package.

import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The value of `user-agent`, unless the user gives another. */
export const userAgent = `manyfetch/${manifest.version}`;
