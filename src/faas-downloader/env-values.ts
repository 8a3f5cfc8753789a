import type { EnvVar } from '../api/env-var.ts';
import { DeployFailure } from './failure.ts';

/** Secrets and ConfigMaps in the namespace of an Image, as the API server has them now. Secret values are base64. */
export interface ReferenceReader {
  secret(name: string): Promise<ReferencedObject | undefined>;
  configMap(name: string): Promise<ReferencedObject | undefined>;
}

export interface ReferencedObject {
  data?: Record<string, string>;
  /** Of a ConfigMap, in base64. */
  binaryData?: Record<string, string>;
}

/** The variables of `spec.env` with their values. Throws DeployFailure for a reference that leads nowhere. */
export async function resolveEnv(
  env: readonly EnvVar[],
  reader: ReferenceReader,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const variable of env) {
    const value = await resolveVariable(variable, reader);
    if (value !== undefined) values[variable.name] = value;
  }
  return values;
}

async function resolveVariable(
  { name, value, valueFrom }: EnvVar,
  reader: ReferenceReader,
): Promise<string | undefined> {
  const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (secretKeyRef !== undefined) {
    const found = await lookUp(name, secretKeyRef, 'Secret', (object) => reader.secret(object));
    return found === undefined ? undefined : Buffer.from(found, 'base64').toString('utf8');
  }
  if (configMapKeyRef !== undefined) {
    return lookUp(name, configMapKeyRef, 'ConfigMap', (object) => reader.configMap(object));
  }
  return value ?? '';
}

interface KeyRef {
  name: string;
  key: string;
  optional?: boolean | undefined;
}

async function lookUp(
  variable: string,
  { name, key, optional }: KeyRef,
  kind: 'Secret' | 'ConfigMap',
  read: (name: string) => Promise<ReferencedObject | undefined>,
): Promise<string | undefined> {
  const object = await read(name);
  const value = object?.data?.[key];
  if (value !== undefined || optional === true) return value;
  const what = object === undefined ? `${kind} ${name} does not exist` : `${kind} ${name} has no key ${key}`;
  throw new DeployFailure(
    `${kind}NotFound`,
    `spec.env: ${what}, but variable ${variable} needs it. Create it, or set optional: true.`,
  );
}
