import type { BuildPlan } from './build-plan.ts';
import { functionResource } from '../../api/function.ts';
import type { ConfigMap } from '../../kube/builtin-resources.ts';
import { controlledBy } from '../../kube/owner-references.ts';
import { FunctionFailure } from '../failure.ts';
import type { Job } from '../../kube/workload-resources.ts';
import { ownLabels } from '../../controllers/object-labels.ts';
import { leastPrivilege } from '../../controllers/pod-fields.ts';
import { buildLabel, buildLabelValue, buildName, registrySecretName } from '../names.ts';
import type { BuildRequest } from './build-request.ts';
import { checkMark } from './check-plan.ts';
import { buildContainer, initContainers } from './job-containers.ts';
import { buildNetworks } from './job-network.ts';
import { jobVolumes, sourceKeys } from './job-volumes.ts';

export const signatureAnnotation = 'kubeless.io/signature';
export const checkAnnotation = 'kubeless.io/check';
export const attemptAnnotation = 'kubeless.io/attempt';

/** Exit code by which our own containers say that only the author can help: see src/lib/error-catalogue.ts. */
export const authorsFault = 2;

/**
 * How long a build that failed can be looked at, as with `kubectl logs`. Longer than the longest pause before another try, which is
 * counted by the Job.
 */
const keptSeconds = 3600;

/** The batch/v1 Job of a build. The same request gives the same Job. */
export function buildJob(request: BuildRequest): Job {
  const { object, signature, attempt, plan, check } = request;
  const { labels, ...metadata } = buildMetadata(request);
  const annotations = {
    [signatureAnnotation]: signature,
    [attemptAnnotation]: String(attempt),
    [checkAnnotation]: checkMark(check),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, labels: { ...object.metadata.labels, ...labels }, annotations },
    spec: {
      // Trying again is the controller's: it knows what was wrong, and tells.
      backoffLimit: 0,
      ttlSecondsAfterFinished: keptSeconds,
      activeDeadlineSeconds: deadlineSeconds(plan),
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes: { operator: 'In', values: [authorsFault] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: { metadata: { labels, annotations: buildNetworks(request) }, spec: podSpec(request) },
    },
  };
}

function podSpec(request: BuildRequest): object {
  const { plan, config, check } = request;
  const secrets = [plan.installation, plan.compilation].flatMap((phase) => phase?.secrets ?? []);
  const pull = [
    ...config.buildImageSecrets,
    ...(plan.runtime.version.imagePullSecrets ?? []).map(({ imageSecret }) => imageSecret),
    // As `build` reads the runtime's image with these, the check is pulled with them; they need not be there.
    ...(check === undefined ? [] : [registrySecretName]),
  ];
  return {
    restartPolicy: 'Never',
    ...leastPrivilege,
    securityContext: { ...leastPrivilege.securityContext, fsGroup: 1000 },
    imagePullSecrets: [...new Set(pull)].map((name) => ({ name })),
    initContainers: initContainers(request),
    containers: [buildContainer(request)],
    volumes: jobVolumes(
      buildName(request.object.metadata.name, request.signature),
      secrets.map(({ name }) => name),
      check,
    ),
  };
}

/** What the API server takes in one ConfigMap, keys included. */
const maxConfigMapBytes = 1024 * 1024;

/** What the Job gets from the Function itself; undefined if that is nothing. Throws FunctionFailure if it is too large. */
export function sourceConfigMap(request: BuildRequest): ConfigMap | undefined {
  const { plan, config } = request;
  const entries: [string, string | undefined][] = [
    [sourceKeys.source, plan.input.inline],
    [sourceKeys.dependencies, plan.dependencies],
    [sourceKeys.authority, config.registryCertificateAuthority],
  ];
  const given = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (given.length === 0) return undefined;
  const size = given.reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  if (size > maxConfigMapBytes) {
    const message = `spec.function and spec.deps have ${size} bytes together, more than the 1 MiB that an object holds. Put the source behind spec.source.`;
    throw new FunctionFailure('InvalidSpec', message, { retry: false });
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: buildMetadata(request),
    data: Object.fromEntries(given),
  };
}

function buildMetadata({ object, signature }: BuildRequest) {
  const { name, namespace, uid = '' } = object.metadata;
  return {
    name: buildName(name, signature),
    namespace,
    labels: { ...ownLabels(name), [buildLabel]: buildLabelValue(signature) },
    ownerReferences: [controlledBy(functionResource, { metadata: { name, uid } })],
  };
}

export function deadlineSeconds({ timeoutMs }: Pick<BuildPlan, 'timeoutMs'>): number {
  return Math.ceil(timeoutMs / 1000);
}

export function deadlineOf({ spec }: Job): number | undefined {
  const { activeDeadlineSeconds }: { activeDeadlineSeconds?: number } = spec ?? {};
  return activeDeadlineSeconds;
}
