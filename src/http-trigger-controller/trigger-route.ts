import { httpTriggerKind, type HttpTrigger, type StoredHttpTrigger } from '../api/http-trigger.ts';
import type { ImageRoute } from '../api/image-routes.ts';
import { validate } from '../api/validate.ts';
import { ReconcileFailure } from '../kube/reconcile-failure.ts';

export type FailureReason = 'InvalidSpec' | 'Conflict' | 'FunctionNotFound' | 'InternalError';

/** A trigger that can be used. Throws ReconcileFailure `InvalidSpec`: it may be older than a rule of its kind. */
export function parseTrigger(stored: StoredHttpTrigger, host: string): HttpTrigger {
  const object = { ...stored, apiVersion: 'kubeless.io/v1beta1', kind: 'HTTPTrigger' };
  const result = validate(httpTriggerKind, object);
  if (!result.ok)
    throw new ReconcileFailure<FailureReason>('InvalidSpec', `${result.problems.join('; ')}.`, {
      retry: false,
    });
  if (host === '' && tlsSecretOf(result.value) !== undefined) {
    const message =
      'spec.tls and spec.tls-secret are about the certificate of a host; write spec.host-name too.';
    throw new ReconcileFailure<FailureReason>('InvalidSpec', message, { retry: false });
  }
  return result.value;
}

/** The Secret with the certificate: the author's, or the one that an ACME client is asked to fill. */
export function tlsSecretOf({ metadata, spec }: HttpTrigger): string | undefined {
  if (spec.tls === true) return `${metadata.name}-tls`;
  return emptyToUndefined(spec['tls-secret']);
}

/** What the data plane does for a trigger. Without `cors-enable` no site may, as in Kubeless. */
export function routeOf(trigger: HttpTrigger, host: string): ImageRoute {
  const { metadata, spec } = trigger;
  const basicAuthSecret = emptyToUndefined(spec['basic-auth-secret']);
  const tlsSecret = tlsSecretOf(trigger);
  return {
    ...(host === '' ? {} : { host }),
    path: pathOf(trigger),
    cors: spec['cors-enable'] === true,
    ...(basicAuthSecret === undefined ? {} : { basicAuthSecret }),
    ...(tlsSecret === undefined ? {} : { tlsSecret }),
    trigger: metadata.name,
  };
}

/** Kubeless writes it without its first slash. */
export function pathOf({ spec }: HttpTrigger): string {
  return `/${(spec.path ?? '').replace(/^\//, '')}`;
}

export function emptyToUndefined(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
