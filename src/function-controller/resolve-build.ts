import type { KubelessFunction, StoredFunction } from '../api/function.ts';
import type { BuildRecord } from '../api/function-status.ts';
import type { KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import { rolledBackTo, withBuild } from './build-history.ts';
import { mergeEnv, type ContainerFields } from './container-fields.ts';
import type { ControllerParts } from './controller-parts.ts';
import { removeImages } from './finalize-function.ts';
import type { Facts, Report } from './function-status.ts';
import { planBuild, type BuildPlan } from './image-build/build-plan.ts';
import { planCheck } from './image-build/check-plan.ts';
import { ensureBuild, type BuildOutcome } from './image-build/ensure-build.ts';
import { registryTarget } from './image-build/registry-target.ts';
import { registrySecretName } from './names.ts';
import { findCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';

interface Work {
  stored: StoredFunction;
  object: KubelessFunction;
  container: ContainerFields;
  config: KubelessConfig;
  facts: Facts;
}

export type ResolvedBuild =
  | { kind: 'build'; record: BuildRecord; isRollback: boolean }
  | { kind: 'waiting'; report: Report };

/**
 * The build that is to be served: that of a rollback, that of the present source if it was built before, or a new one.
 * Throws FunctionFailure where there is none and why.
 */
export async function resolveBuild(
  parts: ControllerParts,
  work: Work,
  signal: AbortSignal,
): Promise<ResolvedBuild> {
  const { stored, object, container, config, facts } = work;
  const env = mergeEnv(container.env, object.spec.build?.env ?? []);
  const plan = planBuild(object, env, config, container.image);
  const builds = stored.status?.builds ?? [];
  facts.source = plan.source;
  const rollback = rolledBackTo(object.spec, builds, plan.source);
  const known = rollback ?? builds.find((build) => isOf(build, plan));
  if (known === undefined || (await isLost(parts, work, known, signal)))
    return buildNow(parts, work, plan, signal);
  facts.failedBuild = null;
  if (parts.jobs.ofFunction(object.metadata).length > 0) await parts.jobs.deleteAll(object.metadata, signal);
  return { kind: 'build', record: known, isRollback: rollback !== undefined };
}

/** Whether no node can pull the build because the registry has lost it: then it is built again. */
async function isLost(
  { images, settings, registrySecrets, programAuths }: ControllerParts,
  { object, config }: Work,
  { image, signature, digest }: BuildRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace, name } = object.metadata;
  const live = images.seen({ namespace, name });
  const conditions = live?.status?.conditions as readonly Condition[] | undefined;
  if (findCondition(conditions, 'Ready')?.reason !== 'PullFailed') return false;
  const secret = registrySecrets.get({ namespace, name: registrySecretName });
  const { auths } = registryTarget({ namespace, name }, config, secret);
  const all = new Map([...programAuths, ...auths]);
  const tag = `${image.slice(0, image.lastIndexOf('@'))}:${signature}`;
  return (await settings.current().registry.digest(tag, all, signal)) !== digest;
}

async function buildNow(
  parts: ControllerParts,
  work: Work,
  plan: BuildPlan,
  signal: AbortSignal,
): Promise<ResolvedBuild> {
  const outcome = await build(parts, work, plan, signal);
  work.facts.signature = outcome.kind === 'built' ? outcome.record.signature : outcome.signature;
  work.facts.failedBuild = outcome.kind === 'failed' ? (outcome.lasting ?? null) : null;
  if (outcome.kind === 'failed') throw outcome.failure;
  if (outcome.kind === 'built') return remember(parts, work, outcome.record, signal);
  const { reason, message } = outcome;
  return { kind: 'waiting', report: { reason, message } };
}

/** A runtime's tag that moves does not build all functions again; another name in the configuration does. */
function isOf({ source, runtimeImage }: BuildRecord, plan: BuildPlan): boolean {
  return source === plan.source && runtimeImage === plan.runtimeImage;
}

async function build(
  parts: ControllerParts,
  { stored, object, container, config }: Work,
  plan: BuildPlan,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const { namespace, name } = object.metadata;
  const { registry } = parts.settings.current();
  const secret = parts.registrySecrets.get({ namespace, name: registrySecretName });
  const own = registryTarget({ namespace, name }, config, secret);
  const target = { ...own, auths: new Map([...parts.programAuths, ...own.auths]) };
  const environment = { registry, jobs: parts.jobs, nowMs: () => parts.clock.now() };
  const check = planCheck(object, container, plan);
  const failed = stored.status?.failedBuild;
  const outcome = await ensureBuild({ object, plan, config, check, target, failed, signal }, environment);
  const keep = outcome.kind === 'built' ? outcome.record.signature : outcome.signature;
  await parts.jobs.deleteOthers(object.metadata, keep, signal);
  return outcome;
}

async function remember(
  parts: ControllerParts,
  { stored, object, facts }: Work,
  record: BuildRecord,
  signal: AbortSignal,
): Promise<ResolvedBuild> {
  const { metadata, spec, status } = { ...object, status: stored.status };
  const limits = { limit: spec.build?.historyLimit, served: status?.digest };
  const { builds, dropped } = withBuild(status?.builds ?? [], record, limits);
  facts.builds = builds;
  parts.metrics.builds.inc({ result: parts.jobs.ofFunction(metadata).length > 0 ? 'built' : 'found' });
  await removeImages(parts, stored, dropped, signal);
  return { kind: 'build', record, isRollback: false };
}
