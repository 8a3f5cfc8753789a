import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { controllerMetrics } from '../controllers/controller-metrics.ts';
import { lead, type LeadState } from '../controllers/lead.ts';
import { cronJobTriggers } from './cronjob-triggers.ts';

export function cronJobTriggerController(context: ControllerContext): Promise<Controller> {
  const state: LeadState = { lastSignOfLife: () => 0 };
  const metrics = controllerMetrics(context.registry, 'kontain_cronjob_trigger_controller');
  const options = { ...context, metrics, state };
  return Promise.resolve({
    name: 'cronjob-trigger-controller',
    lead: (signal) => lead(options, cronJobTriggers(options), signal),
    lastSignOfLife: () => state.lastSignOfLife(),
  });
}
