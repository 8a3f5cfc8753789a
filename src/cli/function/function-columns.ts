import type { EnvVar } from '../../api/env-var.ts';
import type { StoredFunction } from '../../api/function.ts';
import { specOf } from '../resources.ts';

interface Container {
  env?: EnvVar[] | null;
  resources?: { limits?: { memory?: string }; requests?: { memory?: string } };
}

/** Where Kubeless clients write variables and limits. */
function firstContainer(object: StoredFunction): Container {
  const deployment = specOf(object).deployment as
    | { spec?: { template?: { spec?: { containers?: Container[] | null } } } }
    | null
    | undefined;
  return deployment?.spec?.template?.spec?.containers?.[0] ?? {};
}

/** Of the pod template and then ours, which win. */
export function envOf(object: StoredFunction): EnvVar[] {
  const all = [...(firstContainer(object).env ?? []), ...(specOf(object).env ?? [])];
  return [...new Map(all.map((item) => [item.name, item])).values()];
}

export function memoryOf(object: StoredFunction): string {
  const { resources } = firstContainer(object);
  return String(
    specOf(object).resources?.memory ?? resources?.requests?.memory ?? resources?.limits?.memory ?? '',
  );
}

export function envLines(object: StoredFunction): string[] {
  return envOf(object).map((item) => `${item.name} = ${envValue(item)}`);
}

/** A value from a Secret is shown by its place. */
function envValue({ value, valueFrom }: EnvVar): string {
  const secret = valueFrom?.secretKeyRef;
  if (secret !== undefined) return `secret ${secret.name}/${secret.key}`;
  const configMap = valueFrom?.configMapKeyRef;
  return configMap === undefined ? (value ?? '') : `configmap ${configMap.name}/${configMap.key}`;
}

export function labelLines({ metadata }: StoredFunction): string[] {
  return Object.entries(metadata.labels ?? {}).map(([key, value]) => `${key} : ${value}`);
}

/** For nodejs the packages of package.json, one a line; else the file as it is. */
export function dependenciesText(object: StoredFunction): string {
  const { deps = '', runtime = '' } = specOf(object);
  return runtime.includes('nodejs') ? packageLines(deps) : deps.trimEnd();
}

function packageLines(deps: string): string {
  try {
    const { dependencies } = JSON.parse(deps) as { dependencies?: Record<string, string> };
    return Object.entries(dependencies ?? {})
      .map(([name, version]) => `${name}: ${version}`)
      .join('\n');
  } catch {
    return deps.trimEnd(); // one function with a broken file is no reason to list none
  }
}
