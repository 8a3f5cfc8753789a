import type { Container, EnvFromSource, EnvVar, KeyRef, Pod } from '../kinds.ts';
import { podField, resourceField, type FieldValues } from './downward-fields.ts';
import { expand } from './expand.ts';
import type { ObjectData, ObjectReader } from './object-reader.ts';
import { configError } from './pod-failure.ts';

/**
 * A container's variables: those of the image, `envFrom`, then `env`, each seeing those before it. Throws PodFailure for
 * references that lead nowhere.
 */
export async function resolveEnvironment(
  container: Container,
  image: Readonly<Record<string, string>>,
  { pod, reader, fields }: { pod: Pod; reader: ObjectReader; fields: FieldValues },
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const source of container.envFrom ?? []) Object.assign(values, await readAll(source, reader));
  for (const variable of container.env ?? []) {
    const value = await resolve(variable, { pod, reader, fields, values });
    if (value !== undefined) values[variable.name] = value;
  }
  return { ...image, ...values };
}

interface Context {
  pod: Pod;
  reader: ObjectReader;
  fields: FieldValues;
  values: Readonly<Record<string, string>>;
}

async function resolve({ name, value, valueFrom }: EnvVar, context: Context): Promise<string | undefined> {
  if (valueFrom === undefined) return expand(value ?? '', context.values);
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  const { reader, pod, fields } = context;
  if (secretKeyRef !== undefined) return lookUp('secret', secretKeyRef, (ref) => reader.secret(ref));
  if (configMapKeyRef !== undefined)
    return lookUp('configmap', configMapKeyRef, (ref) => reader.configMap(ref));
  if (fieldRef !== undefined) return podField(pod, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) return resourceField(resourceFieldRef.resource, fields);
  throw configError(`env: ${name} has a valueFrom that is not known here`);
}

async function lookUp(
  kind: 'secret' | 'configmap',
  { name = '', key, optional = false }: KeyRef,
  read: (name: string) => Promise<ObjectData | undefined>,
): Promise<string | undefined> {
  const object = await read(name);
  const value = object?.[key];
  if (value !== undefined) return value.toString('utf8');
  if (optional) return undefined;
  throw object === undefined
    ? configError(`${kind} "${name}" not found`)
    : configError(`couldn't find key ${key} in ${kind} ${name}`);
}

async function readAll(source: EnvFromSource, reader: ObjectReader): Promise<Record<string, string>> {
  const data = (await readSource(source, reader)) ?? {};
  const { prefix = '' } = source;
  const entries = Object.entries(data).map(([key, value]) => [`${prefix}${key}`, value.toString('utf8')]);
  return Object.fromEntries(entries) as Record<string, string>;
}

async function readSource(
  { configMapRef, secretRef }: EnvFromSource,
  reader: ObjectReader,
): Promise<ObjectData | undefined> {
  const { name = '', optional = false } = configMapRef ?? secretRef ?? {};
  const isConfigMap = configMapRef !== undefined;
  const data = isConfigMap ? await reader.configMap(name) : await reader.secret(name);
  if (data !== undefined || optional) return data;
  throw configError(`${isConfigMap ? 'configmap' : 'secret'} "${name}" not found`);
}
