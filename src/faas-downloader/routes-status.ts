import { isDeepStrictEqual } from 'node:util';
import type { RouteProblem } from '../api/image-routes.ts';
import { setCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';

const routesReady = 'RoutesReady';

export interface RoutesPatch {
  routeProblems?: RouteProblem[] | null;
}

type Problems = readonly RouteProblem[] | null | undefined;

/** Whether the routes are as their author wants them: apart from Ready, because the function can be called without. */
export function withRoutesReady(
  conditions: readonly Condition[],
  routeProblems: Problems,
  { generation, nowMs }: { generation: number; nowMs: number },
): readonly Condition[] {
  if (routeProblems === undefined) return conditions;
  if (routeProblems === null) {
    const others = conditions.filter(({ type }) => type !== routesReady);
    return others.length === conditions.length ? conditions : others;
  }
  const [first] = routeProblems;
  const condition = {
    type: routesReady,
    status: first === undefined ? ('True' as const) : ('False' as const),
    reason: first?.reason ?? 'Served',
    message: routeProblems.map(sentence).join(' ').slice(0, 32_000) || 'All routes are served.',
    observedGeneration: generation,
  };
  return setCondition(conditions, condition, nowMs);
}

function sentence({ host = '', path = '', message }: RouteProblem): string {
  const place = `${host === '' ? '*' : host}/${path.replace(/^\//, '')}`;
  return `Route ${place}: ${message}`;
}

export function routesPatch(
  before: readonly RouteProblem[] | undefined,
  routeProblems: Problems,
): RoutesPatch {
  if (routeProblems === undefined) return {};
  const wanted = routeProblems === null || routeProblems.length === 0 ? undefined : routeProblems;
  if (isDeepStrictEqual(wanted, before)) return {};
  return { routeProblems: wanted === undefined ? null : [...wanted] };
}
