import type { KubelessFunction } from '../../src/api/function.ts';
import { parseKubelessConfig } from '../../src/api/kubeless-config/kubeless-config.ts';
import { containerFields } from '../../src/function-controller/container-fields.ts';
import { buildJob } from '../../src/function-controller/image-build/build-job.ts';
import { planBuild } from '../../src/function-controller/image-build/build-plan.ts';
import type { BuildRequest } from '../../src/function-controller/image-build/build-request.ts';
import { planCheck } from '../../src/function-controller/image-build/check-plan.ts';
import { signatureOf } from '../../src/function-controller/image-build/signature.ts';
import { kubelessFunction } from './kubeless-function.ts';

export const runtimeDigest = `sha256:${'1'.repeat(64)}`;

export interface RequestChanges extends Partial<BuildRequest> {
  /** In the place of the runtime's image. */
  ownImage?: string;
  /** Of kubeless-config. */
  data?: Record<string, string>;
}

/** The request for a build of a Function, as the controller makes it. */
export function buildRequest(spec: KubelessFunction['spec'], changes: RequestChanges = {}): BuildRequest {
  const { ownImage, data = {}, ...more } = changes;
  const object = kubelessFunction(spec);
  const config = parseKubelessConfig(data);
  const plan = planBuild(object, spec.build?.env ?? [], config, ownImage);
  const container = { ...containerFields(undefined, undefined), image: ownImage };
  return {
    object,
    plan,
    config,
    signature: signatureOf(plan, runtimeDigest),
    runtimeImage: `docker://docker.io/kontain/python3.11@${runtimeDigest}`,
    image: 'docker://registry/hello:1',
    dependencies: undefined,
    check: planCheck(object, container, plan),
    insecureRegistry: false,
    attempt: 1,
    ...more,
  };
}

export interface RequestedContainer {
  name: string;
  image: string;
  args: string[];
  env: { name: string; value: string }[];
  resources?: object;
  securityContext: { readOnlyRootFilesystem?: boolean };
  volumeMounts: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
}

interface RequestedPod {
  initContainers: RequestedContainer[];
  containers: RequestedContainer[];
  imagePullSecrets: { name: string }[];
  volumes: { name: string }[];
}

export function jobPod(request: BuildRequest): RequestedPod {
  return (buildJob(request).spec as { template: { spec: RequestedPod } }).template.spec;
}

/** By name, in the order in which they run. */
export function containersOf(request: BuildRequest): Record<string, RequestedContainer> {
  const { initContainers, containers } = jobPod(request);
  return Object.fromEntries(
    [...initContainers, ...containers].map((container) => [container.name, container]),
  );
}
