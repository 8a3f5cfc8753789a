import { isRecord } from '../schema/structural-schema.ts';
import { duplicate, invalid, notSupported, required, type FieldError } from '../status/field-error.ts';
import { dns1123Label } from './names.ts';

type Fields = Record<string, unknown>;

export function fieldsOf(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Those of its items that are objects. */
export function itemsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

const podDefaults = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  terminationGracePeriodSeconds: 30,
};

const containerDefaults = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};

/** Fills in upstream's defaults that programs here rely on, in place. */
export function preparePodSpec(spec: Fields): void {
  Object.assign(spec, { ...podDefaults, securityContext: {}, ...spec });
  for (const container of [...itemsOf(spec['containers']), ...itemsOf(spec['initContainers'])]) {
    const imagePullPolicy = isLatest(container['image']) ? 'Always' : 'IfNotPresent';
    Object.assign(container, { ...containerDefaults, imagePullPolicy, resources: {}, ...container });
  }
}

function isLatest(image: unknown): boolean {
  const name = textOf(image).split('/').at(-1) ?? '';
  return !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
}

const restartPolicies = ['Always', 'Never', 'OnFailure'];

/** The containers of a pod's spec, and its restart policy. */
export function validatePodSpec(spec: Fields, path: string): FieldError[] {
  const { containers, initContainers, restartPolicy } = spec;
  return [
    ...(itemsOf(containers).length === 0 ? [required(`${path}.containers`)] : []),
    ...itemsOf(containers).flatMap((item, i) => containerErrors(item, `${path}.containers[${i}]`)),
    ...itemsOf(initContainers).flatMap((item, i) => containerErrors(item, `${path}.initContainers[${i}]`)),
    ...duplicateNames(itemsOf(initContainers), `${path}.initContainers`),
    ...duplicateNames(itemsOf(containers), `${path}.containers`),
    ...(restartPolicies.includes(textOf(restartPolicy))
      ? []
      : [notSupported(`${path}.restartPolicy`, restartPolicy, restartPolicies)]),
  ];
}

function containerErrors({ name, image }: Fields, path: string): FieldError[] {
  return [
    ...(typeof name === 'string' && name !== ''
      ? dns1123Label(name).map((problem) => invalid(`${path}.name`, name, problem))
      : [required(`${path}.name`)]),
    ...(typeof image === 'string' && image !== '' ? [] : [required(`${path}.image`)]),
  ];
}

function duplicateNames(containers: readonly Fields[], path: string): FieldError[] {
  const names = containers.map(({ name }) => name);
  return names.flatMap((name, i) => (names.indexOf(name) < i ? [duplicate(`${path}[${i}].name`, name)] : []));
}
