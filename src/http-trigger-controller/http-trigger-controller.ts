import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { controllerMetrics } from '../controllers/controller-metrics.ts';
import { lead, type LeadState } from '../controllers/lead.ts';
import { httpTriggers } from './http-triggers.ts';

export function httpTriggerController(context: ControllerContext): Promise<Controller> {
  const state: LeadState = { lastSignOfLife: () => 0 };
  const metrics = controllerMetrics(context.registry, 'kontain_http_trigger_controller');
  const options = { ...context, metrics, state };
  return Promise.resolve({
    name: 'http-trigger-controller',
    lead: (signal) => lead(options, httpTriggers(options), signal),
    lastSignOfLife: () => state.lastSignOfLife(),
  });
}
