import type { FunctionSpec } from '../../api/function-spec.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import { pairs } from '../key-values.ts';
import { fileVolumes } from './file-volumes.ts';

type SpecFields = Partial<FunctionSpec>;

/** What Kubeless keeps in the pod template of `spec.deployment`, written there as its clients do. */
export function podFields(flags: FlagValues): SpecFields {
  const files = fileVolumes(flags);
  const container = {
    ...imageOf(flags),
    ...optional('imagePullPolicy', flags.text('image-pull-policy')),
    ...optionalList('volumeMounts', files.mounts),
  };
  const pod = {
    ...optionalList('volumes', files.volumes),
    ...optionalMap('nodeSelector', pairs(flags.list('node-selectors'))),
    ...optional('serviceAccountName', flags.text('service-account')),
    ...(Object.keys(container).length === 0 ? {} : { containers: [container] }),
  };
  return Object.keys(pod).length === 0 ? {} : { deployment: { spec: { template: { spec: pod } } } };
}

/** Only where it is the base of a source; see spec-from-flags.ts. */
function imageOf(flags: FlagValues): { image?: string } {
  return flags.text('from-file') === undefined ? {} : optional('image', flags.text('runtime-image'));
}

/** Written only where a flag asks for it: without ports the platform makes Kubeless' default Service. */
export function serviceFields(name: string, flags: FlagValues): SpecFields {
  const given = ['port', 'servicePort', 'headless'].some((flag) => flags.given(flag));
  if (!given) return {};
  const port = portOf(flags, 'port', 1);
  const servicePort = portOf(flags, 'servicePort', 0) ?? 0;
  const target = port ?? 8080;
  const service = {
    ports: [
      {
        name: 'http-function-port',
        protocol: 'TCP',
        port: servicePort === 0 ? target : servicePort,
        targetPort: target,
      },
    ],
    selector: { 'created-by': 'kubeless', function: name },
    type: 'ClusterIP',
    ...(flags.on('headless') ? { clusterIP: 'None' } : {}),
  };
  return { service, ...(port === undefined ? {} : { port }) };
}

function portOf(flags: FlagValues, flag: string, min: number): number | undefined {
  const text = flags.text(flag);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= min && port <= 65_535) return port;
  throw new PlatformError(
    'bad_request',
    `Invalid port number ${text} specified: --${flag} is ${min} to 65535`,
  );
}

function optional<K extends string>(key: K, value: string | undefined): { [key in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: string };
}

function optionalList(key: string, items: readonly object[]): object {
  return items.length === 0 ? {} : { [key]: items };
}

function optionalMap(key: string, map: Record<string, string>): object {
  return Object.keys(map).length === 0 ? {} : { [key]: map };
}
