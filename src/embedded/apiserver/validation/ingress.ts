import { isIP } from 'node:net';
import type { KubeObject } from '../../store/stored-object.ts';
import { invalid, notSupported, required, type FieldError } from '../status/field-error.ts';
import { dns1123Subdomain } from './names.ts';
import { fieldsOf, itemsOf, textOf } from './pod-spec.ts';

type Fields = Record<string, unknown>;

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

export function validateIngress(ingress: KubeObject): FieldError[] {
  const { rules, defaultBackend } = fieldsOf(ingress['spec']);
  const nothing = itemsOf(rules).length === 0 && defaultBackend === undefined;
  return [
    ...(nothing ? [invalid('spec', {}, 'either `defaultBackend` or `rules` must be specified')] : []),
    ...(defaultBackend === undefined ? [] : backendErrors(fieldsOf(defaultBackend), 'spec.defaultBackend')),
    ...itemsOf(rules).flatMap((rule, i) => ruleErrors(rule, `spec.rules[${i}]`)),
  ];
}

function ruleErrors({ host, http }: Fields, path: string): FieldError[] {
  const name = typeof host === 'string' ? host.replace(/^\*\./, '') : '';
  const paths = itemsOf(fieldsOf(http)['paths']);
  return [
    ...(isIP(name) === 0 ? [] : [invalid(`${path}.host`, host, 'must be a DNS name, not an IP address')]),
    ...(name === '' ? [] : dns1123Subdomain(name)).map((problem) => invalid(`${path}.host`, host, problem)),
    ...(http !== undefined && paths.length === 0 ? [required(`${path}.http.paths`)] : []),
    ...paths.flatMap((item, i) => pathErrors(item, `${path}.http.paths[${i}]`)),
  ];
}

function pathErrors({ path: text, pathType, backend }: Fields, path: string): FieldError[] {
  const absolute = typeof text === 'string' && text.startsWith('/');
  return [
    ...(pathType === undefined
      ? [required(`${path}.pathType`, 'pathType must be specified')]
      : pathTypes.includes(textOf(pathType))
        ? []
        : [notSupported(`${path}.pathType`, pathType, pathTypes)]),
    ...(absolute || pathType === 'ImplementationSpecific'
      ? []
      : [invalid(`${path}.path`, text ?? '', 'must be an absolute path')]),
    ...backendErrors(fieldsOf(backend), `${path}.backend`),
  ];
}

function backendErrors({ service, resource }: Fields, path: string): FieldError[] {
  if (resource !== undefined) return [];
  const { name, port } = fieldsOf(service);
  const { name: portName, number } = fieldsOf(port);
  return [
    ...(typeof name === 'string' && name !== '' ? [] : [required(`${path}.service.name`)]),
    ...(portName === undefined && number === undefined
      ? [required(path, 'port name or number is required')]
      : []),
  ];
}
