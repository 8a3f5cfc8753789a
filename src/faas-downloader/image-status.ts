import type { ImageNodeStatus, ImageStatus, StoredImage } from '../api/image.ts';
import { formatTime, setCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';
import type { RouteProblem } from '../api/image-routes.ts';
import type { ReadyReason } from './failure.ts';
import { routesPatch, withRoutesReady, type RoutesPatch } from './routes-status.ts';

/** What this node has to say about an Image. */
export interface Report {
  reason: ReadyReason;
  message: string;
  /** What is served here now; null without a bundle. */
  served: { generation: number; digest: string } | null;
  /** What is wrong with the routes; undefined where nothing is known about them, null where there are none. */
  routeProblems?: readonly RouteProblem[] | null;
}

export interface ReportContext {
  node: string;
  /** Generation that the report is about. */
  generation: number;
  nowMs: number;
}

/** A node that fails says so again this often, and is not counted when it has not for three times as long. */
const repeatMs = 10 * 60_000;

/**
 * The merge patch for the status, or null when it would change nothing, or the spec has changed since. Each node writes
 * its own entry; the condition is about all nodes.
 */
export function statusPatch(
  { metadata, status = {} }: StoredImage,
  report: Report,
  context: ReportContext,
): { status: Omit<ImageStatus, 'routeProblems'> & RoutesPatch } | null {
  const { node, generation, nowMs } = context;
  if ((metadata.generation ?? 0) !== generation) return null; // the next reconcile reports
  const summary = summarize(status, report, context);
  const before = status.conditions as readonly Condition[] | undefined;
  const ready = setCondition(before, readyCondition(summary, generation), nowMs);
  const conditions = withRoutesReady(ready, report.routeProblems, context);
  const entry = nodeEntry(report);
  const unchanged = conditions === before && status.observedGeneration === generation;
  const routes = routesPatch(status.routeProblems, report.routeProblems);
  if (unchanged && Object.keys(routes).length === 0 && isSame(status.nodes?.[node], entry, nowMs))
    return null;
  return {
    status: {
      observedGeneration: generation,
      conditions: [...conditions],
      message: summary.message,
      ...routes,
      ...(report.served === null ? {} : { digest: report.served.digest }),
      nodes: { [node]: { ...entry, time: formatTime(nowMs) } },
    },
  };
}

function readyCondition(
  summary: Pick<Report, 'reason' | 'message'>,
  observedGeneration: number,
): Omit<Condition, 'lastTransitionTime'> {
  return {
    type: 'Ready',
    status: summary.reason === 'Ready' ? 'True' : 'False',
    ...summary,
    observedGeneration,
  };
}

/** Ready is what all nodes are. */
function summarize(
  { nodes = {} }: ImageStatus,
  { reason, message }: Report,
  { node, nowMs }: ReportContext,
): Pick<Report, 'reason' | 'message'> {
  if (reason !== 'Ready') return { reason, message };
  const failing = Object.entries(nodes).find(
    ([name, other]) => name !== node && !other.ready && ageMs(other, nowMs) < 3 * repeatMs,
  );
  if (failing === undefined) return { reason, message };
  const [name, { message: why = 'it is not ready there' }] = failing;
  return { reason: 'PullFailed', message: `Node ${name}: ${why}` };
}

function nodeEntry({ message, served }: Report): ImageNodeStatus {
  if (served === null) return { ready: false, message };
  const { generation, digest } = served;
  return { ready: true, message, generation, digest };
}

function isSame(old: ImageNodeStatus | undefined, entry: ImageNodeStatus, nowMs: number): boolean {
  if (old === undefined || (!entry.ready && ageMs(old, nowMs) >= repeatMs)) return false;
  const fields = ['ready', 'message', 'generation', 'digest'] as const;
  return fields.every((field) => old[field] === entry[field]);
}

function ageMs({ time }: ImageNodeStatus, nowMs: number): number {
  return time === undefined ? Number.POSITIVE_INFINITY : nowMs - Date.parse(time);
}
