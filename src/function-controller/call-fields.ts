import { parseDuration } from '../api/duration.ts';
import type { EnvVar } from '../api/env-var.ts';
import type { FileMount } from '../api/file-mount.ts';
import type { FunctionSpec } from '../api/function-spec.ts';
import { mergeEnv, mergeFiles, type ContainerFields } from './container-fields.ts';

/** What a call may use. */
export function callResources({ resources }: FunctionSpec, { memory, cpu }: ContainerFields) {
  return withoutUndefined({ memory, cpu, ...resources });
}

/** Variables of a call, beside those of its image. `built`: the image has module and handler itself. */
export function callEnv(spec: FunctionSpec, container: ContainerFields, built: boolean): EnvVar[] {
  const { memory } = callResources(spec, container);
  return mergeEnv(mergeEnv(platformEnv(spec, memory, built), container.env), spec.env ?? []);
}

/** Files of Secrets and ConfigMaps that a call finds. */
export function callFiles({ files = [] }: FunctionSpec, container: ContainerFields): FileMount[] {
  return mergeFiles([...container.files, ...files]);
}

export function timeoutOf({ timeout }: FunctionSpec): string | number | undefined {
  return timeout === '' ? undefined : timeout;
}

/** Variables that Kubeless gives; those that every image of ours has in itself are left out. */
function platformEnv(spec: FunctionSpec, memory: string | number | undefined, built: boolean): EnvVar[] {
  const timeout = timeoutOf(spec);
  const port = spec.port ?? targetPort(spec.service);
  const seconds = timeout === undefined ? 180 : parseDuration(timeout) / 1000;
  const [module, handler] = (spec.handler ?? '').split('.');
  const own = [
    { name: 'FUNC_TIMEOUT', value: String(seconds) },
    { name: 'FUNC_MEMORY_LIMIT', value: String(memory ?? 0) },
  ];
  if (built) return own;
  return [
    ...own,
    ...(port === undefined ? [] : [{ name: 'FUNC_PORT', value: String(port) }]),
    ...(module === undefined || handler === undefined
      ? []
      : [
          { name: 'MOD_NAME', value: module },
          { name: 'FUNC_HANDLER', value: handler },
        ]),
  ];
}

/** The function's own port, where `spec.service` names one by number. */
export function targetPort(service: unknown): number | undefined {
  const ports = (service as { ports?: { targetPort?: unknown; port?: unknown }[] } | null | undefined)?.ports;
  const first = Array.isArray(ports) ? ports[0] : undefined;
  const port = first?.targetPort ?? first?.port;
  return typeof port === 'number' && port > 0 && port < 65_536 ? port : undefined;
}

export function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
