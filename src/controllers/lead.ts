import { runController, type ControllerMetrics, type Reconcile } from '../kube/controller.ts';
import type { ControllerSource } from '../kube/controller-source.ts';
import { EventRecorder } from '../kube/events.ts';
import type { Informer, InformerOptions } from '../kube/informer.ts';
import { keyOf, type KubeObject } from '../kube/objects.ts';
import { whenAborted } from '../lib/abort.ts';
import type { ControllerContext } from './controller.ts';
import { FollowedConfig } from './followed-config.ts';

/** What the status pages ask of whoever leads. */
export interface LeadState {
  lastSignOfLife: () => number;
}

export interface LeadOptions extends Omit<ControllerContext, 'registry'> {
  metrics: ControllerMetrics;
  state: LeadState;
}

/** For informers: the client, and the namespace if there is only one. */
export type WatchOptions = Omit<InformerOptions<KubeObject>, 'resource' | 'labelSelector' | 'fieldSelector'>;

/** What the work of a leader is made with; it ends with the leadership. */
export interface LeadParts<W> {
  watches: W;
  followed: FollowedConfig;
  events: EventRecorder;
  stack: AsyncDisposableStack;
}

/** The kind of objects that a controller is about, and what it does with them. */
export interface LedKind<W extends AsyncDisposable> {
  /** Such as `http-trigger`: in logs, and with `-controller` in events. */
  name: string;
  /** Local copies of all that a reconcile reads. */
  startWatches(options: WatchOptions): W;
  objects(watches: W): Pick<Informer<KubeObject>, 'list' | 'lastSignOfLife'>;
  begin(parts: LeadParts<W>): { reconcile: Reconcile; sources: readonly ControllerSource[] };
  /** Whatever else goes on until the signal aborts. */
  beside?(signal: AbortSignal): Promise<void>;
}

const backoff = { backoffBaseMs: 200, backoffCapMs: 5 * 60_000 };

/** The work of the one replica that leads: watches and reconciles until the signal aborts. */
export async function lead<W extends AsyncDisposable>(
  options: LeadOptions,
  kind: LedKind<W>,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, random, log, place, config, metrics, state } = options;
  const watching = { client, clock, random, log };
  await using stack = new AsyncDisposableStack();
  const followed = stack.use(new FollowedConfig({ ...watching, place }));
  await Promise.race([followed.synced, whenAborted(signal)]);
  if (signal.aborted) return;
  const watches = stack.use(kind.startWatches({ ...watching, ...followed.scope() }));
  const objects = kind.objects(watches);
  state.lastSignOfLife = () => objects.lastSignOfLife();
  const events = new EventRecorder({ client, component: `${kind.name}-controller`, clock, log });
  const { reconcile, sources } = kind.begin({ watches, followed, events, stack });
  const all = [...sources, followed.source(() => objects.list().map(keyOf))];
  const concurrency = config.KONTAIN_CONTROLLER_CONCURRENCY;
  const controller = { name: kind.name, reconcile, sources: all, concurrency, metrics, ...backoff };
  await Promise.all([runController({ ...controller, clock, random, log }, signal), kind.beside?.(signal)]);
  await events.flush();
}
