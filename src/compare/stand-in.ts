// The process of the stand-in service, so that what it takes of the machine is not counted to those who send. It ends with its parent.

import { startTarget } from '../target/start-target.ts';
import type { FromStandIn } from './compare-messages.ts';

// Ctrl-C is for the parent.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
const { url } = await startTarget();
process.send?.({ url } satisfies FromStandIn);
