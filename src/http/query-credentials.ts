// Credentials in the query of a URL: `?api_key=…`. Told by the names of the parameters only.
// Invariant: a URL without a query costs one look for its `?`, one without such names two tests more.

import { mayNameCredential, namesCredential } from './credential-names.ts';

const parameter = /([?&])([^=&?#]+)=([^&?#]+)/g;

/** The URL as it may be shown: `***` for the value of every parameter that has the name of a credential. */
export function maskQuery(url: string): string {
  const start = url.indexOf('?');
  if (start < 0 || !mayNameCredential(url.slice(start))) return url;
  return replaceQueryCredentials(url, () => '***');
}

/** The URL with other values for parameters that have the name of a credential. */
export function replaceQueryCredentials(url: string, valueFor: (name: string, value: string) => string): string {
  return url.replace(parameter, (whole, mark: string, name: string, value: string) =>
    namesCredential(name) ? `${mark}${name}=${valueFor(name, value)}` : whole,
  );
}
