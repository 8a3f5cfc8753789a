import * as z from 'zod';
import type { EnvVar } from '../api/env-var.ts';
import type { FileMount } from '../api/file-mount.ts';
import { FunctionFailure } from './failure.ts';
import { metadataSchema } from './deployment-metadata.ts';
import { checkedFiles, mountsSchema, podFiles, volumesSchema } from './pod-files.ts';

const text = z.string().nullish();
const strings = z.array(z.string()).nullish();
const amounts = z.record(z.string(), z.union([z.string(), z.number()])).nullish();
const keyRef = z.object({ name: z.string(), key: z.string(), optional: z.boolean().nullish() }).nullish();

const variableSchema = z.object({
  name: z.string(),
  value: text,
  valueFrom: z.looseObject({ secretKeyRef: keyRef, configMapKeyRef: keyRef }).nullish(),
});

const containerSchema = z.object({
  image: text,
  command: strings,
  args: strings,
  env: z.array(variableSchema).nullish(),
  resources: z.object({ limits: amounts, requests: amounts }).nullish(),
  volumeMounts: mountsSchema,
});

const podSchema = z.object({ containers: z.array(containerSchema).nullish(), volumes: volumesSchema });

const deploymentSchema = z
  .object({
    metadata: metadataSchema,
    spec: z.object({ template: z.object({ spec: podSchema.nullish() }).nullish() }).nullish(),
  })
  .nullish();

type Deployment = NonNullable<z.infer<typeof deploymentSchema>>;
type Pod = z.infer<typeof podSchema>;
type Container = z.infer<typeof containerSchema>;

/** Of the first container of a Deployment: what means something for calls. */
export interface ContainerFields {
  image: string | undefined;
  command: string[] | undefined;
  args: string[] | undefined;
  env: EnvVar[];
  files: FileMount[];
  memory: string | number | undefined;
  cpu: string | number | undefined;
  /** Of the Deployment itself. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** `spec.deployment`, with the configured default under it: what the user says is stronger. Throws FunctionFailure. */
export function containerFields(own: unknown, configured: unknown): ContainerFields {
  const deployments = [parse(configured, 'deployment in kubeless-config'), parse(own, 'spec.deployment')];
  const pods = deployments.map(({ spec }) => spec?.template?.spec ?? {});
  const [base = {}, user = {}] = pods.map(firstContainer);
  const limits = { ...base.resources?.limits, ...user.resources?.limits };
  return {
    image: nonEmpty(user.image) ?? nonEmpty(base.image),
    command: nonEmptyList(user.command) ?? nonEmptyList(base.command),
    args: nonEmptyList(user.args) ?? nonEmptyList(base.args),
    env: mergeEnv(convertEnv(base.env), convertEnv(user.env)),
    files: checkedFiles(
      mergeFiles(pods.flatMap((pod) => podFiles(pod.volumes, firstContainer(pod).volumeMounts))),
    ),
    memory: nonZero(limits['memory']),
    cpu: nonZero(limits['cpu']),
    labels: merged(deployments.map(({ metadata }) => metadata?.labels)),
    annotations: merged(deployments.map(({ metadata }) => metadata?.annotations)),
  };
}

/** Variables of both, each once: those of the second are stronger. */
export function mergeEnv(weaker: readonly EnvVar[], stronger: readonly EnvVar[]): EnvVar[] {
  return [...new Map([...weaker, ...stronger].map((variable) => [variable.name, variable])).values()];
}

/** Of several at one place, the last. */
export function mergeFiles(mounts: readonly FileMount[]): FileMount[] {
  return [...new Map(mounts.map((mount) => [mount.mountPath, mount])).values()];
}

function parse(deployment: unknown, where: string): Deployment {
  const result = deploymentSchema.safeParse(deployment);
  if (result.success) return result.data ?? {};
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw new FunctionFailure('InvalidSpec', `${where}: ${path}: ${issue?.message ?? 'is not a Deployment'}.`, {
    retry: false,
  });
}

function merged(maps: readonly (Record<string, string> | null | undefined)[]): Record<string, string> {
  return Object.fromEntries(maps.flatMap((map) => Object.entries(map ?? {})));
}

function firstContainer({ containers }: Pod): Container {
  return containers?.[0] ?? {};
}

function convertEnv(env: Container['env']): EnvVar[] {
  return (env ?? []).map(({ name, value, valueFrom }) => {
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    if (secretKeyRef) return { name, valueFrom: { secretKeyRef: withoutNull(secretKeyRef) } };
    if (configMapKeyRef) return { name, valueFrom: { configMapKeyRef: withoutNull(configMapKeyRef) } };
    if (valueFrom && Object.values(valueFrom).some((source) => source !== null && source !== undefined)) {
      const message = `spec.deployment: variable ${name} takes its value from a Pod, which a call has not. Write the value, or a key of a Secret or ConfigMap.`;
      throw new FunctionFailure('InvalidSpec', message, { retry: false });
    }
    return { name, value: value ?? '' };
  });
}

function withoutNull({ name, key, optional }: NonNullable<z.infer<typeof keyRef>>) {
  return { name, key, ...(optional === true ? { optional } : {}) };
}

function nonEmpty(value: string | null | undefined): string | undefined {
  return value === null || value === '' ? undefined : value;
}

function nonEmptyList(value: string[] | null | undefined): string[] | undefined {
  return value === null || value?.length === 0 ? undefined : value;
}

/** Kubeless writes 0 for what was not given. */
function nonZero(value: string | number | undefined): string | number | undefined {
  return value === undefined || /^[0.]*[a-zA-Z]*$/.test(String(value)) ? undefined : value;
}
