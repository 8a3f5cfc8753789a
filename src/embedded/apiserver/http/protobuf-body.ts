import { errorMessage } from '../../../lib/errors.ts';
import { decodeProtobuf } from '../schema/decode-protobuf.ts';
import { objectOf, text } from '../schema/meta-schemas.ts';
import type { StructuralSchema } from '../schema/structural-schema.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { badRequest, unsupportedMediaType } from '../status/refusals.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

/** runtime.Unknown of k8s.io/apimachinery: the envelope around every message. */
const envelope: StructuralSchema = objectOf(
  {
    typeMeta: objectOf({ apiVersion: text(''), kind: text('') }, '', { apiVersion: 1, kind: 2 }),
    raw: { type: 'string', format: 'byte' },
  },
  '',
  { typeMeta: 1, raw: 2 },
);

/**
 * Reads the protobuf that kubectl 1.32 and newer send when they create built-in objects (they know no fallback to JSON).
 * Answers are always JSON, which the same clients accept.
 * @throws StatusError 400, 415
 */
export function parseProtobuf(body: Buffer, definition: ResourceDefinition): unknown {
  const schema = definition.protobufSchema ?? definition.schema;
  if (schema.properties?.['metadata']?.['x-protobuf-tag'] === undefined) {
    throw unsupportedMediaType(
      `${definition.kind} is not read as protobuf here; send application/json or application/yaml`,
    );
  }
  if (!body.subarray(0, magic.length).equals(magic))
    throw badRequest('provided data does not appear to be a protobuf message');
  try {
    const { typeMeta, raw } = decodeProtobuf(body.subarray(magic.length), envelope);
    const message = Buffer.from(typeof raw === 'string' ? raw : '', 'base64');
    return { ...(typeMeta as object), ...decodeProtobuf(message, schema) };
  } catch (error) {
    throw badRequest(`the protobuf message cannot be read: ${errorMessage(error)}`);
  }
}
