import { httpTriggerResource, type HttpTrigger } from '../api/http-trigger.ts';
import { copiedAnnotations } from '../controllers/object-labels.ts';
import { controlledBy } from '../kube/owner-references.ts';
import type { Ingress } from '../kube/workload-resources.ts';
import { emptyToUndefined, pathOf, tlsSecretOf } from './trigger-route.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
const nginx = 'nginx.ingress.kubernetes.io';

/** The Service that requests go to, in the namespace of the trigger. */
export interface Backend {
  name: string;
  port: number;
}

/** The Ingress of a trigger. It only forwards: the data plane takes the path's prefix away itself. */
export function ingressObject(trigger: HttpTrigger, host: string, backend: Backend): Ingress {
  const { name, namespace, uid = '', labels } = trigger.metadata;
  const annotations = annotationsOf(trigger);
  const ingressClassName = classOf(trigger);
  const tlsSecret = tlsSecretOf(trigger);
  const path = {
    path: pathOf(trigger),
    pathType: 'Prefix',
    backend: { service: { name: backend.name, port: { number: backend.port } } },
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      labels: { ...labels, 'created-by': 'kubeless' },
      annotations,
      ownerReferences: [controlledBy(httpTriggerResource, { metadata: { name, uid } })],
    },
    spec: {
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      rules: [{ ...(host === '' ? {} : { host }), http: { paths: [path] } }],
      ...(tlsSecret === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecret }] }),
    },
  };
}

/** Kubeless wrote the gateway into an annotation, which an API server does not take together with the field. */
function classOf({ metadata, spec }: HttpTrigger): string | undefined {
  if (metadata.annotations?.[classAnnotation] !== undefined) return undefined;
  return emptyToUndefined(spec.ingressClassName) ?? emptyToUndefined(spec.gateway);
}

/**
 * As Kubeless orders them, later ones count: those of the author, then what the fields ask for. Of the gateways only
 * nginx still reads annotations about CORS and passwords; for all of them the data plane does both.
 */
function annotationsOf({ metadata, spec }: HttpTrigger): Record<string, string> {
  const isNginx = spec.gateway === 'nginx';
  const authSecret = emptyToUndefined(spec['basic-auth-secret']);
  return {
    ...copiedAnnotations(metadata.annotations),
    ...(isNginx && spec['cors-enable'] === true ? { [`${nginx}/enable-cors`]: 'true' } : {}),
    ...(isNginx && authSecret !== undefined
      ? { [`${nginx}/auth-secret`]: authSecret, [`${nginx}/auth-type`]: 'basic' }
      : {}),
    ...(spec.tls === true ? { 'kubernetes.io/tls-acme': 'true', [`${nginx}/ssl-redirect`]: 'true' } : {}),
  };
}
