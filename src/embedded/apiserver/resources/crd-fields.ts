import { flag, integer, listOf, objectOf, text } from '../schema/meta-schemas.ts';
import type { StructuralSchema } from '../schema/structural-schema.ts';

const names: StructuralSchema = {
  ...objectOf(
    {
      plural: text('Name in URLs; metadata.name is <plural>.<group>.'),
      kind: text('CamelCase and singular.'),
      singular: text('Name on the command line; the lower-case kind when empty.'),
      listKind: text('Kind of lists; <kind>List when empty.'),
      shortNames: listOf({ type: 'string' }, 'Short names on the command line.'),
      categories: listOf({ type: 'string' }, 'Groups of kinds, such as all.'),
    },
    'How the kind is called.',
  ),
  required: ['plural', 'kind'],
};

const column: StructuralSchema = {
  ...objectOf(
    {
      name: text('Heading.'),
      type: text('string, integer, number, boolean or date.'),
      format: text('Format of the type; name marks the primary identifier.'),
      description: text('What the column shows.'),
      priority: integer('0 is always shown, higher ones with -o wide.'),
      jsonPath: text('Simple JSON path to the value.'),
    },
    'A column for kubectl get.',
  ),
  required: ['name', 'type', 'jsonPath'],
};

/** The schema of a schema is checked by `validation/structural.ts`, so here it is kept as it comes. */
const anyObject: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const version: StructuralSchema = {
  ...objectOf(
    {
      name: text('Name of the version, such as v1.'),
      served: flag('Whether the version is served.'),
      storage: flag('True for exactly one version: the one that objects are stored in.'),
      deprecated: flag('Whether requests get a warning.'),
      deprecationWarning: text('Text of that warning.'),
      schema: objectOf({ openAPIV3Schema: anyObject }, 'Structural schema of the objects.'),
      subresources: objectOf(
        { status: anyObject, scale: { ...anyObject, description: 'Not served here.' } },
        'Subresources of the objects.',
      ),
      additionalPrinterColumns: listOf(column, 'Columns for kubectl get.'),
      selectableFields: listOf(
        {
          ...objectOf({ jsonPath: text('Simple JSON path to the value.') }, 'A field.'),
          required: ['jsonPath'],
        },
        'Fields that a field selector may name.',
      ),
    },
    'A version of the kind.',
  ),
  required: ['name', 'served', 'storage'],
};

export const crdFields: StructuralSchema = {
  ...objectOf(
    {
      group: text('API group.'),
      scope: text('Namespaced or Cluster.'),
      names,
      versions: listOf(version, 'All versions.'),
      conversion: objectOf(
        {
          strategy: text('None: versions differ in apiVersion only. Webhook is refused here.'),
          webhook: anyObject,
        },
        'Conversion between versions.',
      ),
      preserveUnknownFields: flag('Must be false.'),
    },
    'What the definition wants.',
  ),
  required: ['group', 'names', 'scope', 'versions'],
};
