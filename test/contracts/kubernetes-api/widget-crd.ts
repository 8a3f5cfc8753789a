import type { Doc } from './raw-client.ts';

const condition = {
  type: 'object',
  required: ['type', 'status'],
  properties: { type: { type: 'string' }, status: { type: 'string', enum: ['True', 'False', 'Unknown'] } },
};

const spec = {
  type: 'object',
  required: ['size'],
  'x-kubernetes-validations': [
    { rule: "!has(self.tags) || self.tags.all(tag, tag.startsWith('t'))", message: 'tags start with t' },
    {
      rule: '!(has(self.name) && has(self.when))',
      messageExpression: '"not both, " + self.name',
      reason: 'FieldValueForbidden',
    },
    { rule: "!has(self.parts) || self.parts.exists(part, part.id == 'main')" },
  ],
  properties: {
    size: { type: 'integer', format: 'int32', minimum: 1, maximum: 10, description: 'How big it is.' },
    colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
    name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
    when: { type: 'string', format: 'date-time' },
    ratio: { type: 'number', exclusiveMinimum: true, minimum: 0, multipleOf: 0.5 },
    port: { 'x-kubernetes-int-or-string': true },
    anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    maybe: { type: 'string', nullable: true },
    fixed: {
      type: 'string',
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed cannot change' }],
    },
    limit: {
      'x-kubernetes-int-or-string': true,
      'x-kubernetes-validations': [
        {
          rule: 'type(self) == int ? self > 0 : self.matches("^[0-9]+(Ki|Mi)$")',
          message: 'write a quantity such as 1Mi',
        },
      ],
    },
    labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
    tags: {
      type: 'array',
      items: { type: 'string', maxLength: 9 },
      'x-kubernetes-list-type': 'set',
      maxItems: 3,
    },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
      items: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, count: { type: 'integer', default: 1 } },
      },
    },
    exact: {
      type: 'object',
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
  },
};

const status = {
  type: 'object',
  properties: { ready: { type: 'integer' }, conditions: { type: 'array', items: condition } },
};

/** A kind that uses what our own kinds use; `group` keeps suites apart on one server. */
export function widgetCrd(group: string, more: { spec?: object; scope?: string } = {}): Doc {
  return structuredClone({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: more.scope ?? 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wg'], categories: ['things'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            {
              name: 'Colour',
              type: 'string',
              jsonPath: '.spec.colour',
              priority: 1,
              description: 'Its colour.',
            },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'A widget.',
              required: ['spec'],
              properties: { spec: more.spec ?? spec, status },
            },
          },
        },
      ],
    },
  });
}
