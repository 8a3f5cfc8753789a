import type { HttpTrigger, StoredHttpTrigger } from '../api/http-trigger.ts';
import { imageResource, type StoredImage } from '../api/image.ts';
import { dataPlanePort } from '../controllers/data-plane.ts';
import { dataPlaneService, servicePorts } from '../controllers/data-plane-service.ts';
import { keyOf, type ObjectRef } from '../kube/objects.ts';
import { controlledBy } from '../kube/owner-references.ts';
import type { ReadyReport } from '../kube/ready-status.ts';
import { ReconcileFailure } from '../kube/reconcile-failure.ts';
import type { Service } from '../kube/workload-resources.ts';
import { claimOfTrigger } from './claim.ts';
import type { TriggerParts } from './trigger-parts.ts';
import { ingressObject, type Backend } from './ingress-object.ts';
import { urlOf } from './public-address.ts';
import { arbitrationOf, publishRoutes, withdrawRoutes } from './publish-routes.ts';
import { refusalOf } from './refusal.ts';
import { parseTrigger, pathOf, routeOf, tlsSecretOf, type FailureReason } from './trigger-route.ts';
import { servedReport } from './trigger-status.ts';

/**
 * One pass of a reconcile: routes of the Image, Ingress. Answers where the trigger stands. Throws ReconcileFailure; a
 * trigger that is refused has neither of them.
 */
export async function serveTrigger(
  parts: TriggerParts,
  stored: StoredHttpTrigger,
  signal: AbortSignal,
): Promise<ReadyReport> {
  const claim = claimOfTrigger(stored, parts.address);
  const { namespace, functionName, host } = claim;
  const ref = { namespace, name: functionName };
  await withdrawRoutes(parts, keyOf(stored), signal);
  const image = await publishRoutes(parts, ref, signal);
  try {
    const trigger = parseTrigger(stored, host);
    const refusal = refusalOf(claim, arbitrationOf(parts));
    if (refusal !== undefined) throw failure('Conflict', refusal);
    const backend = await ensureBackend(parts, { ref, image }, signal);
    const { uid = '' } = trigger.metadata;
    await parts.ingresses.apply(ingressObject(trigger, host, backend), uid, signal);
    const report = servedReport(routeOf(trigger, host), { image, object: parts.functions.get(ref) });
    return { ...report, fields: { url: addressOf(parts, trigger, host) ?? null } };
  } catch (error) {
    if (error instanceof ReconcileFailure) await withdrawIngress(parts, stored, signal);
    throw error;
  }
}

/** Nothing of a trigger is served any more when it goes. */
export async function clearTrigger(
  parts: TriggerParts,
  object: StoredHttpTrigger,
  signal: AbortSignal,
): Promise<void> {
  await withdrawRoutes(parts, keyOf(object), signal);
  await withdrawIngress(parts, object, signal);
}

/** Only the trigger's own. */
async function withdrawIngress(
  { ingresses }: TriggerParts,
  { metadata }: StoredHttpTrigger,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = '', name = '', uid = '' } = metadata;
  await ingresses.delete({ namespace, name }, uid, signal);
}

/** A Function has its Service from its own controller; an Image that stands alone gets one of the same kind. */
async function ensureBackend(
  parts: TriggerParts,
  { ref, image }: { ref: ObjectRef; image: StoredImage | undefined },
  signal: AbortSignal,
): Promise<Backend> {
  const object = parts.functions.get(ref);
  const { name } = ref;
  if (object !== undefined) {
    const { service } = (object.spec ?? {}) as { service?: unknown };
    const [first] = servicePorts(service) as { port: number }[];
    return { name, port: first?.port ?? dataPlanePort };
  }
  if (image === undefined) {
    throw failure(
      'FunctionNotFound',
      `There is no function ${name} in this namespace. Deploy it, and the trigger takes effect.`,
    );
  }
  await parts.services.apply(serviceOf(parts, image), image.metadata.uid ?? '', signal);
  return { name, port: dataPlanePort };
}

function serviceOf({ config, clusterDomain }: TriggerParts, { metadata }: StoredImage): Service {
  const { namespace = '', name = '', labels } = metadata;
  const { dataPlane } = config.current();
  return dataPlaneService(
    {
      namespace,
      name,
      labels,
      owner: controlledBy(imageResource, { metadata }),
      ports: servicePorts(undefined),
    },
    { namespace: dataPlane.namespace ?? config.namespace, config: dataPlane, clusterDomain },
  );
}

function addressOf({ address }: TriggerParts, trigger: HttpTrigger, host: string): string | undefined {
  return urlOf({ host, path: pathOf(trigger), isTls: tlsSecretOf(trigger) !== undefined }, address);
}

/** What is watched tells when it can be better: trying again cannot. */
function failure(reason: FailureReason, message: string): ReconcileFailure<FailureReason> {
  return new ReconcileFailure(reason, message, { retry: false });
}
