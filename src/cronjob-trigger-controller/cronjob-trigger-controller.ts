import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { controllerMetrics } from '../controllers/controller-metrics.ts';
import type { ControllerMetrics } from '../kube/controller.ts';
import { lead, type LeadState } from './lead.ts';

export function cronJobTriggerController(context: ControllerContext): Promise<Controller> {
  const state: LeadState = { lastSignOfLife: () => 0 };
  const metrics: ControllerMetrics = controllerMetrics(
    context.registry,
    'kontain_cronjob_trigger_controller',
  );
  return Promise.resolve({
    name: 'cronjob-trigger-controller',
    lead: (signal) => lead({ ...context, metrics, state }, signal),
    lastSignOfLife: () => state.lastSignOfLife(),
  });
}
