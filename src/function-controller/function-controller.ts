import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { readAuthFiles } from '../oci/registry-auth.ts';
import { functionMetrics } from './function-metrics.ts';
import { lead, type LeadState } from './lead.ts';

export async function functionController(context: ControllerContext): Promise<Controller> {
  const state: LeadState = { lastSignOfLife: () => 0 };
  const programAuths = await readAuthFiles(context.config.KONTAIN_REGISTRY_AUTH);
  const parts = { ...context, programAuths, metrics: functionMetrics(context.registry), state };
  return {
    name: 'function-controller',
    lead: (signal) => lead(parts, signal),
    lastSignOfLife: () => state.lastSignOfLife(),
  };
}
