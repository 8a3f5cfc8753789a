import type { Registry } from 'prom-client';
import type { PlainAnswer } from '../front/front-options.ts';
import type { ReservedPath } from '../routes/route.ts';

export interface StatusPagesOptions {
  /** Undefined when calls can be taken, else why not. */
  notReady: () => Promise<string | undefined>;
  metrics: Pick<Registry, 'contentType' | 'metrics'>;
}

const text = 'text/plain; charset=utf-8';

/** What /healthz, /readyz and /metrics answer. Health says only that this process answers at all. */
export function statusPages({
  notReady,
  metrics,
}: StatusPagesOptions): (path: ReservedPath) => Promise<PlainAnswer> {
  return async (path) => {
    if (path === '/healthz') return { status: 200, contentType: text, body: 'OK' };
    if (path === '/metrics')
      return { status: 200, contentType: metrics.contentType, body: await metrics.metrics() };
    const reason = await notReady();
    return { status: reason === undefined ? 200 : 503, contentType: text, body: reason ?? 'OK' };
  };
}
