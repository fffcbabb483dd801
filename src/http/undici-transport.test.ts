// undici's transport passes the suite of all transports.

import { describeTransport } from '../testing/transport-conformance.ts';
import { createUndiciTransport } from './undici-transport.ts';

describeTransport('undici', createUndiciTransport, { refusesContinue: true });
