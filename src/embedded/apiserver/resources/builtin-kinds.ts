import { configMaps } from './kinds/configmaps.ts';
import { cronJobs } from './kinds/cronjobs.ts';
import { customResourceDefinitions } from './kinds/customresourcedefinitions.ts';
import { coreEvents, events } from './kinds/events.ts';
import { ingresses } from './kinds/ingresses.ts';
import { jobs } from './kinds/jobs.ts';
import { leases } from './kinds/leases.ts';
import { namespaces } from './kinds/namespaces.ts';
import { pods } from './kinds/pods.ts';
import { secrets } from './kinds/secrets.ts';
import { serviceAccounts } from './kinds/serviceaccounts.ts';
import { services } from './kinds/services.ts';
import type { ResourceDefinition } from './resource-definition.ts';

/** The built-in kinds: to add one, write its file in `kinds/` and name it here. */
export const builtinKinds: readonly ResourceDefinition[] = [
  configMaps,
  coreEvents,
  namespaces,
  pods,
  secrets,
  serviceAccounts,
  services,
  customResourceDefinitions,
  cronJobs,
  jobs,
  leases,
  ingresses,
  events,
];
