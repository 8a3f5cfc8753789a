import { configMaps } from './kinds/configmaps.ts';
import { customResourceDefinitions } from './kinds/customresourcedefinitions.ts';
import { coreEvents, events } from './kinds/events.ts';
import { leases } from './kinds/leases.ts';
import { namespaces } from './kinds/namespaces.ts';
import { secrets } from './kinds/secrets.ts';
import { serviceAccounts } from './kinds/serviceaccounts.ts';
import { services } from './kinds/services.ts';
import type { ResourceDefinition } from './resource-definition.ts';

/** The built-in kinds: to add one, write its file in `kinds/` and name it here. */
export const builtinKinds: readonly ResourceDefinition[] = [
  configMaps,
  coreEvents,
  namespaces,
  secrets,
  serviceAccounts,
  services,
  customResourceDefinitions,
  leases,
  events,
];
