import {
  cronJobTriggerAddress,
  functionAddress,
  httpTriggerAddress,
  imageAddress,
} from '../api/addresses.ts';
import type { StoredCronJobTrigger } from '../api/cronjob-trigger.ts';
import type { FunctionSpec } from '../api/function-spec.ts';
import type { StoredFunction } from '../api/function.ts';
import type { StoredHttpTrigger } from '../api/http-trigger.ts';
import type { StoredImage } from '../api/image.ts';
import type { Resource } from '../kube/resource.ts';

// Not those of src/api's kinds, whose files load zod.
export const functions: Resource<StoredFunction> = functionAddress;
export const httpTriggers: Resource<StoredHttpTrigger> = httpTriggerAddress;
export const cronJobTriggers: Resource<StoredCronJobTrigger> = cronJobTriggerAddress;
export const images: Resource<StoredImage> = imageAddress;

export const apiVersion = 'kubeless.io/v1beta1';

/** As stored; the API server checked it, perhaps with an older schema. */
export function specOf(object: StoredFunction): Partial<FunctionSpec> {
  const { spec } = object;
  return typeof spec === 'object' && spec !== null ? spec : {};
}
