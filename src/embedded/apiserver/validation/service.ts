import type { KubeObject } from '../../store/stored-object.ts';
import { isRecord } from '../schema/structural-schema.ts';
import { duplicate, invalid, notSupported, required, type FieldError } from '../status/field-error.ts';
import { dns1123Label, dns1123Subdomain } from './names.ts';

const types = ['ClusterIP', 'ExternalName'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const affinities = ['ClientIP', 'None'];

type Fields = Record<string, unknown>;

export function specOf(service: KubeObject): Fields {
  return isRecord(service['spec']) ? service['spec'] : {};
}

export function portsOf(service: KubeObject): Fields[] {
  const { ports } = specOf(service);
  return Array.isArray(ports) ? ports.filter(isRecord) : [];
}

/** Fills in upstream's defaults, in place. */
export function prepareService(service: KubeObject): void {
  const spec = (service['spec'] = specOf(service));
  spec['type'] ??= 'ClusterIP';
  spec['sessionAffinity'] ??= 'None';
  for (const port of portsOf(service)) {
    port['protocol'] ??= 'TCP';
    port['targetPort'] ??= port['port'];
  }
  if (spec['type'] !== 'ExternalName') prepareAddresses(spec, portsOf(service).length > 0);
}

function prepareAddresses(spec: Fields, hasPorts: boolean): void {
  spec['internalTrafficPolicy'] ??= 'Cluster';
  spec['ipFamilies'] ??= ['IPv4'];
  spec['ipFamilyPolicy'] ??= 'SingleStack';
  if (hasPorts) spec['clusterIP'] ??= 'None';
  if (spec['clusterIP'] !== undefined) spec['clusterIPs'] = [spec['clusterIP']];
}

export function validateService(service: KubeObject): FieldError[] {
  const { type, sessionAffinity, externalName, clusterIP } = specOf(service);
  const ports = portsOf(service);
  const isAlias = type === 'ExternalName';
  return [
    ...(types.includes(String(type)) ? [] : [notSupported('spec.type', type, types)]),
    ...(affinities.includes(String(sessionAffinity))
      ? []
      : [notSupported('spec.sessionAffinity', sessionAffinity, affinities)]),
    ...(ports.length === 0 && !isAlias && clusterIP !== 'None' ? [required('spec.ports')] : []),
    ...(isAlias ? aliasErrors(externalName) : []),
    ...ports.flatMap((port, index) => portErrors(port, `spec.ports[${index}]`, ports.length > 1)),
    ...duplicateErrors(ports),
  ];
}

function aliasErrors(name: unknown): FieldError[] {
  if (typeof name !== 'string' || name === '') return [required('spec.externalName')];
  return dns1123Subdomain(name.replace(/\.$/, '')).map((problem) =>
    invalid('spec.externalName', name, problem),
  );
}

function portErrors(
  { name, port, protocol, targetPort }: Fields,
  path: string,
  needsName: boolean,
): FieldError[] {
  return [
    ...(typeof name === 'string'
      ? dns1123Label(name).map((problem) => invalid(`${path}.name`, name, problem))
      : needsName
        ? [required(`${path}.name`)]
        : []),
    ...numberErrors(port ?? 0, `${path}.port`),
    ...(typeof targetPort === 'number' ? numberErrors(targetPort, `${path}.targetPort`) : []),
    ...(protocols.includes(String(protocol)) ? [] : [notSupported(`${path}.protocol`, protocol, protocols)]),
  ];
}

function numberErrors(port: unknown, path: string): FieldError[] {
  const fits = typeof port === 'number' && port >= 1 && port <= 65_535;
  return fits ? [] : [invalid(path, port, 'must be between 1 and 65535, inclusive')];
}

function duplicateErrors(ports: readonly Fields[]): FieldError[] {
  const names = ports.map(({ name }) => name).filter((name) => name !== undefined);
  const byName = names.flatMap((name, index) =>
    names.indexOf(name) < index ? [duplicate(`spec.ports[${index}].name`, name)] : [],
  );
  const keys = ports.map(({ port, protocol }) => ({ port, protocol }));
  const texts = keys.map((key) => JSON.stringify(key));
  return [
    ...byName,
    ...keys.flatMap((key, index) =>
      texts.indexOf(texts[index] ?? '') < index ? [duplicate(`spec.ports[${index}]`, key)] : [],
    ),
  ];
}
