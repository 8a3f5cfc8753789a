import { functionKind, type KubelessFunction, type StoredFunction } from '../api/function.ts';
import type { BuildRecord } from '../api/function-status.ts';
import type { StoredImage } from '../api/image.ts';
import type { KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import { validate } from '../api/validate.ts';
import { containerFields, type ContainerFields } from './container-fields.ts';
import type { ControllerParts } from './controller-parts.ts';
import { FunctionFailure } from './failure.ts';
import type { Facts, Report } from './function-status.ts';
import { imageReference } from './image-build/image-names.ts';
import { imageObject, type ServedImage } from './image-object.ts';
import { imageReport } from './image-report.ts';
import { refuseForeign } from './refuse-foreign.ts';
import { resolveBuild } from './resolve-build.ts';
import { serviceObject } from './service-object.ts';
import { registrySecretName } from './names.ts';

/** One pass of a reconcile: Service, build, Image. Answers where the Function stands; throws FunctionFailure. */
export async function serveFunction(
  parts: ControllerParts,
  stored: StoredFunction,
  facts: Facts,
  signal: AbortSignal,
): Promise<Report> {
  const object = parse(stored);
  const { config } = parts.settings.current();
  const { uid = '' } = object.metadata;
  refuseUnsupported(object);
  await parts.services.apply(serviceObject(object, dataPlaneOf(parts, config)), uid, signal);
  const container = containerFields(object.spec.deployment, config.deployment);
  const custom = object.spec.image ?? (hasSource(object) ? undefined : container.image);
  if (custom !== undefined) {
    if (parts.jobs.ofFunction(object.metadata).length > 0)
      await parts.jobs.deleteAll(object.metadata, signal);
    facts.failedBuild = null;
    await refuseForeign(object, container, config);
    const image = await applyImage(
      parts,
      object,
      { container, served: customImage(parts, object, custom) },
      signal,
    );
    facts.image = imageReference(custom);
    return imageReport(image, undefined);
  }
  await keepServing(parts, { stored, object, container }, signal);
  await refuseForeign(object, container, config);
  const build = await resolveBuild(parts, { stored, object, container, config, facts }, signal);
  if (build.kind === 'waiting') return build.report;
  return serveBuild(parts, { object, container, facts, build }, signal);
}

/** With a source, an image of the Deployment is what the source is put on. */
function hasSource({ spec }: KubelessFunction): boolean {
  return spec.source !== undefined || (spec.function ?? '') !== '';
}

/** What is served goes on while the next build is made or fails, even if somebody deleted its Image. */
async function keepServing(
  parts: ControllerParts,
  {
    stored,
    object,
    container,
  }: { stored: StoredFunction; object: KubelessFunction; container: ContainerFields },
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name } = object.metadata;
  const { builds = [], digest } = stored.status ?? {};
  const record = builds.find((build) => build.digest === digest);
  if (record === undefined || parts.images.seen({ namespace, name }) !== undefined) return;
  await applyImage(parts, object, { container, served: builtImage(parts, object, record) }, signal);
}

interface Serving {
  object: KubelessFunction;
  container: ContainerFields;
  facts: Facts;
  build: { record: BuildRecord; isRollback: boolean };
}

async function serveBuild(
  parts: ControllerParts,
  { object, container, facts, build }: Serving,
  signal: AbortSignal,
): Promise<Report> {
  const { record, isRollback } = build;
  const image = await applyImage(
    parts,
    object,
    { container, served: builtImage(parts, object, record) },
    signal,
  );
  facts.image = record.image;
  facts.digest = record.digest;
  const report = imageReport(image, record.digest);
  return isRollback
    ? { ...report, message: `${report.message} The function is rolled back to that build.` }
    : report;
}

async function applyImage(
  { images }: ControllerParts,
  object: KubelessFunction,
  { container, served }: { container: ContainerFields; served: ServedImage },
  signal: AbortSignal,
): Promise<StoredImage> {
  const desired = imageObject(object, container, served);
  const { object: image } = await images.apply(desired, object.metadata.uid ?? '', signal);
  return image;
}

function builtImage(parts: ControllerParts, object: KubelessFunction, { image }: BuildRecord): ServedImage {
  return { image, pullSecrets: pullSecrets(parts, object), built: true };
}

function customImage(parts: ControllerParts, object: KubelessFunction, image: string): ServedImage {
  return { image: imageReference(image), pullSecrets: pullSecrets(parts, object), built: false };
}

/** As Kubeless' pods do, images are pulled with the credentials of the namespace where it has some. */
function pullSecrets({ registrySecrets }: ControllerParts, { metadata }: KubelessFunction): string[] {
  const { namespace } = metadata;
  return registrySecrets.get({ namespace, name: registrySecretName }) === undefined
    ? []
    : [registrySecretName];
}

function parse(stored: StoredFunction): KubelessFunction {
  const object = { ...stored, apiVersion: 'kubeless.io/v1beta1', kind: 'Function' };
  const result = validate(functionKind, object);
  if (result.ok) return result.value;
  throw new FunctionFailure('InvalidSpec', `${result.problems.join('; ')}.`, { retry: false });
}

/** The place for Kubeless' own way of running: a Deployment of the runtime, one process for all calls. */
function refuseUnsupported({ metadata }: KubelessFunction): void {
  if (metadata.annotations?.['kubeless.io/mode'] !== 'deployment') return;
  const message =
    'The annotation kubeless.io/mode: deployment asks for a Deployment, which is not made yet. Remove it, and each call runs in a Kontainer.';
  throw new FunctionFailure('Unsupported', message, { retry: false });
}

function dataPlaneOf({ settings, clusterDomain }: ControllerParts, config: KubelessConfig) {
  return {
    namespace: config.dataPlane.namespace ?? settings.namespace,
    config: config.dataPlane,
    clusterDomain,
  };
}
