import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { lead, type LeadState } from '../controllers/lead.ts';
import { readAuthFiles, type RegistryAuths } from '../oci/registry-auth.ts';
import { functionMetrics } from './function-metrics.ts';
import { functions } from './functions.ts';
import { SourceListener } from './sources/source-listener.ts';

export async function functionController(context: ControllerContext): Promise<Controller> {
  const state: LeadState = { lastSignOfLife: () => 0 };
  const programAuths = await readAuthFiles(context.config.KONTAIN_REGISTRY_AUTH);
  const metrics = functionMetrics(context.registry);
  const options = {
    ...context,
    programAuths,
    functionMetrics: metrics,
    metrics: metrics.controller,
    state,
  };
  return {
    name: 'function-controller',
    lead: (signal) => lead(options, functions(options), signal),
    serve: () => serveSources(options),
    lastSignOfLife: () => state.lastSignOfLife(),
  };
}

/** Takes large sources where it is told an address. */
async function serveSources({
  config,
  client,
  place,
  programAuths,
  clock,
  log,
}: ControllerContext & { programAuths: RegistryAuths }): Promise<AsyncDisposable> {
  const { KONTAIN_SOURCES_ADDRESS: address } = config;
  await using stack = new AsyncDisposableStack();
  if (address === undefined) return stack.move();
  const listener = stack.use(new SourceListener({ address, client, place, programAuths, clock, log }));
  await listener.listen();
  log.info({ address, port: listener.port }, 'sources are taken');
  return stack.move();
}
