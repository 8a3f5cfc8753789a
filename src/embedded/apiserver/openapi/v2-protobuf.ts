import {
  boolField,
  doubleField,
  integerField,
  messageField,
  stringField,
  type Message,
} from './protobuf-writer.ts';
import type { OpenApiSchema } from './convert-schema.ts';
import type { V2Document, V2Operation } from './v2-document.ts';

/**
 * The OpenAPI v2 document as kubectl's discovery client wants it: protobuf of github.com/google/gnostic-models
 * `openapiv2/OpenAPIv2.proto`, whose field numbers are used here. Values of any type travel as YAML text, of which JSON is a part.
 */
export function encodeV2({ swagger, info, paths, definitions }: V2Document): Buffer {
  return Buffer.concat([
    ...stringField(1, swagger),
    ...messageField(2, [...stringField(1, info.title), ...stringField(2, info.version)]),
    ...messageField(
      8,
      Object.entries(paths).flatMap(([path, item]) => messageField(2, named(path, pathItem(item)))),
    ),
    ...messageField(9, namedSchemas(definitions)),
  ]);
}

function named(name: string, value: Message): Message {
  return [...stringField(1, name), ...messageField(2, value)];
}

function namedSchemas(schemas: Readonly<Record<string, OpenApiSchema>>): Message {
  return Object.entries(schemas).flatMap(([name, schema]) =>
    messageField(1, named(name, encodeSchema(schema))),
  );
}

function any(value: unknown): Message {
  return stringField(2, JSON.stringify(value));
}

function extensions(field: number, value: object): Message {
  const entries = Object.entries(value).filter(([name]) => name.startsWith('x-'));
  return entries.flatMap(([name, extension]) => messageField(field, named(name, any(extension))));
}

const methods = { get: 2, put: 3, post: 4, delete: 5, patch: 8 } as const;

function pathItem(item: Readonly<Record<string, V2Operation>>): Message {
  return Object.entries(methods).flatMap(([method, field]) => {
    const operation = item[method];
    return operation ? messageField(field, encodeOperation(operation)) : [];
  });
}

function encodeOperation(operation: V2Operation): Message {
  return [
    ...stringField(5, operation.operationId),
    ...operation.consumes.flatMap((type) => stringField(7, type)),
    ...operation.parameters.flatMap((parameter) => {
      const query = [
        ...stringField(2, parameter.in),
        ...stringField(4, parameter.name),
        ...stringField(6, parameter.type),
      ];
      return messageField(8, messageField(1, messageField(2, messageField(3, query))));
    }),
    ...messageField(9, []),
    ...extensions(13, operation),
  ];
}

function encodeSchema(schema: OpenApiSchema): Message {
  return [
    ...stringField(1, schema.$ref),
    ...stringField(2, schema.format),
    ...stringField(4, schema.description),
    ...(schema.default === undefined ? [] : messageField(5, any(schema.default))),
    ...encodeLimits(schema),
    ...(schema.required ?? []).flatMap((name) => stringField(19, name)),
    ...(schema.enum ?? []).flatMap((value) => messageField(20, any(value))),
    ...encodeChildren(schema),
    ...extensions(31, schema),
  ];
}

function encodeLimits(schema: OpenApiSchema): Message {
  return [
    ...doubleField(7, schema.maximum),
    ...boolField(8, schema.exclusiveMaximum),
    ...doubleField(9, schema.minimum),
    ...boolField(10, schema.exclusiveMinimum),
    ...integerField(11, schema.maxLength),
    ...integerField(12, schema.minLength),
    ...stringField(13, schema.pattern),
    ...integerField(14, schema.maxItems),
    ...integerField(15, schema.minItems),
  ];
}

function encodeChildren({ additionalProperties, type, items, properties }: OpenApiSchema): Message {
  const additional =
    typeof additionalProperties === 'object'
      ? messageField(1, encodeSchema(additionalProperties))
      : boolField(2, additionalProperties);
  return [
    ...(additional.length > 0 ? messageField(21, additional) : []),
    ...(type === undefined ? [] : messageField(22, stringField(1, type))),
    ...(items ? messageField(23, messageField(1, encodeSchema(items))) : []),
    ...(properties ? messageField(25, namedSchemas(properties)) : []),
  ];
}
