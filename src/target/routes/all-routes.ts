// The table of everything the stand-in service can do. Two routes may not share their first segment.

import type { Route } from '../route.ts';
import type { Service } from '../service.ts';
import { basicRoutes } from './basics.ts';
import { bodyRoutes } from './bodies.ts';
import { echoRoute } from './echo.ts';
import { encodingRoutes } from './encodings.ts';
import { faultRoutes } from './faults.ts';
import { flakyRoute } from './flaky.ts';
import { outageRoute } from './outage.ts';
import { queueRoutes } from './queues.ts';
import { rateRoutes } from './rates.ts';
import { redirectRoutes } from './redirects.ts';
import { sessionRoutes } from './sessions.ts';
import { statisticsRoute } from './statistics.ts';
import { timingRoutes } from './timing.ts';

/** Every route, each with fresh state. */
export function allRoutes(service: Service): Route[] {
  const routes: Route[] = [
    ...basicRoutes(() => routes),
    echoRoute,
    ...timingRoutes,
    ...rateRoutes(service),
    ...queueRoutes(service),
    outageRoute(service),
    flakyRoute(service),
    ...faultRoutes,
    ...bodyRoutes(service),
    ...encodingRoutes(),
    ...redirectRoutes,
    ...sessionRoutes,
    statisticsRoute,
  ];
  return routes;
}
