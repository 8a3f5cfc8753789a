import type { KubeObject } from '../../store/stored-object.ts';
import type { PrinterColumn } from '../resources/resource-definition.ts';
import { isRecord } from '../schema/structural-schema.ts';
import { portsOf, specOf } from '../validation/service.ts';
import { ageColumn, nameColumn } from './builtin-columns.ts';

function column(name: string, description: string, cell: PrinterColumn['cell'], priority = 0): PrinterColumn {
  return { name, type: 'string', description, priority, cell };
}

function externalAddress(service: KubeObject): unknown {
  const { type, externalIPs, externalName } = specOf(service);
  if (type === 'ExternalName') return externalName;
  return Array.isArray(externalIPs) && externalIPs.length > 0 ? externalIPs.join(',') : '<none>';
}

function ports(service: KubeObject): string {
  const list = portsOf(service).map(({ port, protocol }) => `${String(port)}/${String(protocol)}`);
  return list.length > 0 ? list.join(',') : '<none>';
}

function selector(service: KubeObject): string {
  const labels = specOf(service)['selector'];
  const pairs = isRecord(labels)
    ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`)
    : [];
  return pairs.length > 0 ? pairs.sort().join(',') : '<none>';
}

export const serviceColumns: readonly PrinterColumn[] = [
  nameColumn,
  column('Type', 'Type of the service.', (service) => specOf(service)['type']),
  column('Cluster-IP', 'Address of the service.', (service) => specOf(service)['clusterIP'] ?? '<none>'),
  column('External-IP', 'Addresses outside.', externalAddress),
  column('Port(s)', 'Ports of the service.', ports),
  ageColumn,
  column('Selector', 'Labels of the pods behind the service.', selector, 1),
];
