import type { KubeObject } from '../../../store/stored-object.ts';
import { integer, listOf, objectOf, text } from '../../schema/meta-schemas.ts';
import { kept } from '../../schema/pod-schemas.ts';
import { ageColumn, nameColumn } from '../../table/builtin-columns.ts';
import { validateIngress } from '../../validation/ingress.ts';
import { fieldsOf, itemsOf, textOf } from '../../validation/pod-spec.ts';
import { defineBuiltin } from '../builtin.ts';
import type { PrinterColumn } from '../resource-definition.ts';

const backend = objectOf(
  {
    service: objectOf(
      {
        name: text('Name of the service.'),
        port: objectOf(
          { name: text('Name of the port.'), number: integer('Number of the port.') },
          'Its port.',
        ),
      },
      'A service of this namespace.',
    ),
    resource: kept('Another object.'),
  },
  'Where requests go.',
);

const path = objectOf(
  {
    path: text('The path that requests have.'),
    pathType: text('Exact, Prefix or ImplementationSpecific.'),
    backend,
  },
  'One path.',
);

const rule = objectOf(
  {
    host: text('The host that requests have; any without it.'),
    http: objectOf({ paths: listOf(path, 'Paths of the host.') }, 'HTTP requests.'),
  },
  'One rule.',
);

const tls = objectOf(
  {
    hosts: listOf({ type: 'string' }, 'Hosts of the certificate.'),
    secretName: text('Secret with the certificate.'),
  },
  'One certificate.',
);

const column = (name: string, description: string, cell: PrinterColumn['cell']): PrinterColumn => ({
  name,
  type: 'string',
  description,
  priority: 0,
  cell,
});

const specOf = (ingress: KubeObject) => fieldsOf(ingress['spec']);

function hosts(ingress: KubeObject): string {
  const names = itemsOf(specOf(ingress)['rules']).map(({ host }) => textOf(host) || '*');
  return names.join(',') || '*';
}

/** networking.k8s.io/v1 Ingress. Nothing listens for it here: the data plane reads HTTPTriggers itself. */
export const ingresses = defineBuiltin({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  description: 'Ingress says which requests from outside go to which service.',
  statusSubresource: true,
  tracksGeneration: true,
  allowCreateOnUpdate: true,
  fields: {
    spec: objectOf(
      {
        ingressClassName: text('The class that serves it.'),
        defaultBackend: backend,
        rules: listOf(rule, 'Hosts and paths.'),
        tls: listOf(tls, 'Certificates.'),
      },
      'What the ingress wants.',
    ),
    status: objectOf({ loadBalancer: kept('Addresses.') }, 'Current state of the ingress.'),
  },
  columns: [
    nameColumn,
    column(
      'Class',
      'The class that serves it.',
      (ingress) => specOf(ingress)['ingressClassName'] ?? '<none>',
    ),
    column('Hosts', 'Hosts that it is for.', hosts),
    column('Address', 'Where it is served.', () => ''),
    column('Ports', 'Ports that it is served on.', (ingress) =>
      itemsOf(specOf(ingress)['tls']).length > 0 ? '80, 443' : '80',
    ),
    ageColumn,
  ],
  hooks: {
    prepareForCreate: (ingress: KubeObject) => {
      ingress['status'] = { loadBalancer: {} };
    },
    validate: validateIngress,
  },
});
