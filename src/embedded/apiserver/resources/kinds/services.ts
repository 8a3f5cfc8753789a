import type { KubeObject } from '../../../store/stored-object.ts';
import { flag, integer, listOf, mergedList, objectOf, text, textMap } from '../../schema/meta-schemas.ts';
import { serviceColumns } from '../../table/service-columns.ts';
import { prepareService, validateService } from '../../validation/service.ts';
import { dns1123Label } from '../../validation/names.ts';
import { defineBuiltin } from '../builtin.ts';

const port = objectOf(
  {
    name: text('Name of the port; needed when there is more than one.'),
    protocol: text('TCP, UDP or SCTP.'),
    appProtocol: text('The application protocol.'),
    port: integer('The port of the service.'),
    targetPort: {
      'x-kubernetes-int-or-string': true,
      description: 'Number or name of the port behind the service.',
    },
    nodePort: integer('The port on each node; not served here.'),
  },
  'A port of the service.',
  { name: 1, protocol: 2, port: 3, targetPort: 4, nodePort: 5, appProtocol: 6 },
);

/**
 * core/v1 Service. There is no proxy here that could serve a virtual address, so none is made up: a service that asks for
 * no address is headless (`clusterIP: None`), and types that need a node port or a load balancer are refused.
 */
export const services = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  description: 'Service names a set of endpoints.',
  nameRule: dns1123Label,
  statusSubresource: true,
  allowCreateOnUpdate: true,
  selectableFields: ['spec.clusterIP', 'spec.type'],
  protobuf: { metadata: 1, spec: 2 },
  fields: {
    spec: objectOf(
      {
        ports: mergedList(port, 'Ports of the service.', 'port'),
        selector: textMap('Labels of the pods behind the service.'),
        clusterIP: text('Address of the service; None here.'),
        clusterIPs: listOf({ type: 'string' }, 'Addresses of the service; None here.'),
        type: text('ClusterIP or ExternalName.'),
        externalIPs: listOf({ type: 'string' }, 'Further addresses.'),
        sessionAffinity: text('None or ClientIP.'),
        externalName: text('Name that the service is an alias of.'),
        publishNotReadyAddresses: flag('Whether endpoints that are not ready are published.'),
        ipFamilies: listOf({ type: 'string' }, 'IPv4 or IPv6.'),
        ipFamilyPolicy: text('SingleStack, PreferDualStack or RequireDualStack.'),
        internalTrafficPolicy: text('Cluster or Local.'),
        trafficDistribution: text('How traffic is spread.'),
      },
      'What the service wants.',
      {
        ports: 1,
        selector: 2,
        clusterIP: 3,
        type: 4,
        externalIPs: 5,
        sessionAffinity: 7,
        externalName: 10,
        publishNotReadyAddresses: 13,
        ipFamilyPolicy: 17,
        clusterIPs: 18,
        ipFamilies: 19,
        internalTrafficPolicy: 22,
        trafficDistribution: 23,
      },
    ),
    status: objectOf(
      {
        loadBalancer: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          description: 'Always empty here.',
        },
        conditions: listOf(
          { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          'What is known.',
        ),
      },
      'Current state of the service.',
    ),
  },
  columns: serviceColumns,
  hooks: {
    prepareForCreate: (service: KubeObject) => {
      prepareService(service);
      service['status'] = { loadBalancer: {} };
    },
    prepareForUpdate: prepareService,
    validate: validateService,
  },
});
