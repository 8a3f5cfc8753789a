import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { controllerMetrics } from '../controllers/controller-metrics.ts';
import { lead, type LeadState } from './lead.ts';

export function httpTriggerController(context: ControllerContext): Promise<Controller> {
  const state: LeadState = { lastSignOfLife: () => 0 };
  const metrics = controllerMetrics(context.registry, 'kontain_http_trigger_controller');
  return Promise.resolve({
    name: 'http-trigger-controller',
    lead: (signal) => lead({ ...context, metrics, state }, signal),
    lastSignOfLife: () => state.lastSignOfLife(),
  });
}
