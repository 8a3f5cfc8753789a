import type { StoredCronJobTrigger } from '../api/cronjob-trigger.ts';
import type { FunctionSpec } from '../api/function-spec.ts';
import type { StoredFunction } from '../api/function.ts';
import type { StoredHttpTrigger } from '../api/http-trigger.ts';
import type { StoredImage } from '../api/image.ts';
import type { Resource } from '../kube/resource.ts';

const group = { group: 'kubeless.io', version: 'v1beta1', namespaced: true } as const;

// Not those of src/api, whose files load zod: that alone is a third of the time that a start may take.
export const functions: Resource<StoredFunction> = { ...group, plural: 'functions', kind: 'Function' };
export const httpTriggers: Resource<StoredHttpTrigger> = {
  ...group,
  plural: 'httptriggers',
  kind: 'HTTPTrigger',
};
export const cronJobTriggers: Resource<StoredCronJobTrigger> = {
  ...group,
  plural: 'cronjobtriggers',
  kind: 'CronJobTrigger',
};

export const images: Resource<StoredImage> = {
  group: 'build.kontain.app',
  version: 'v1',
  namespaced: true,
  plural: 'images',
  kind: 'Image',
};

export const apiVersion = 'kubeless.io/v1beta1';

/** As stored; the API server checked it, perhaps with an older schema. */
export function specOf(object: StoredFunction): Partial<FunctionSpec> {
  const { spec } = object;
  return typeof spec === 'object' && spec !== null ? spec : {};
}
