import type { Logger } from '../../../lib/log.ts';
import type { Change, KubeObject } from '../../store/stored-object.ts';
import { namespaces } from '../resources/kinds/namespaces.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { createObject } from '../verbs/create.ts';
import { keyOf } from '../verbs/resource-request.ts';
import type { Controller, ObservedChange } from './controller.ts';
import { CrdController } from './crd-controller.ts';
import { EventExpiry } from './event-expiry.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { allOf } from './internal-request.ts';
import { NamespaceController } from './namespace-controller.ts';

const firstNamespaces = ['default', 'kube-system', 'kontain'];

/** Starts what happens behind the API. Work follows changes, never a timer: an idle server is idle. Returns the stop function. */
export function startControllers(context: ApiContext, log: Logger): () => void {
  const controllers: Controller[] = [
    new CrdController(context),
    new NamespaceController(context),
    new GarbageCollector(context),
    new EventExpiry(context, log),
  ];
  for (const controller of controllers) controller.resume();
  createFirstNamespaces(context);
  const pending = new Set<Controller>();
  let scheduled: NodeJS.Immediate | undefined;
  const schedule = (): void => {
    scheduled ??= setImmediate(() => {
      scheduled = undefined;
      const due = [...pending];
      pending.clear();
      for (const controller of due) run(controller, log);
    });
  };
  const stopListening = context.store.onChange((change) => {
    const observed = parse(change);
    for (const controller of controllers) if (controller.observe(observed)) pending.add(controller);
    if (pending.size > 0) schedule();
  });
  for (const controller of controllers) run(controller, log);
  return () => {
    stopListening();
    if (scheduled) clearImmediate(scheduled);
    for (const controller of controllers) controller.stop?.();
  };
}

function parse({ type, key, object, previous }: Change): ObservedChange {
  const old = previous === undefined ? undefined : (JSON.parse(previous) as KubeObject);
  return { type, key, object: JSON.parse(object) as KubeObject, previous: old };
}

function run(controller: Controller, log: Logger): void {
  try {
    controller.run();
  } catch (err) {
    log.error({ err, controller: controller.name }, 'controller failed');
  }
}

function createFirstNamespaces(context: ApiContext): void {
  const request = allOf(namespaces);
  for (const name of firstNamespaces) {
    if (context.store.get(keyOf(request, name)) !== undefined) continue;
    createObject(context, request, { metadata: { name } }, { dryRun: false, fieldValidation: 'Strict' });
  }
}
