// The wire passes the suite of all transports; here is what it does beyond that.

import { describeTransport } from '../../testing/transport-conformance.ts';
import { createWireTransport } from './wire-transport.ts';

describeTransport('wire', createWireTransport);
