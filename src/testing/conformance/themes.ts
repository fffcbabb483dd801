// All cases of the byte-level suite, by subject.

import { chunkedCases } from './chunked-cases.ts';
import { cutCases, untilCloseCases } from './close-cases.ts';
import { headerCases } from './header-cases.ts';
import { interimCases, upgradeCases } from './interim-cases.ts';
import { lengthCases } from './length-cases.ts';
import { noBodyCases } from './no-body-cases.ts';
import { keepAliveCases, unaskedCases } from './persistence-cases.ts';
import { statusLineCases } from './status-line-cases.ts';
import { trailerCases } from './trailer-cases.ts';
import type { Theme } from './wire-case.ts';

export const themes: readonly Theme[] = [
  statusLineCases,
  headerCases,
  lengthCases,
  chunkedCases,
  trailerCases,
  untilCloseCases,
  cutCases,
  interimCases,
  upgradeCases,
  noBodyCases,
  keepAliveCases,
  unaskedCases,
];
