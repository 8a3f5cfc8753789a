import type { Aspect } from './measure/contender.ts';
import type { Relation } from './measure/relation.ts';

/** A promise of SPECIFICATION.md: how a subject has to stand against a limit in the same run. */
export interface Target {
  subject: string;
  limit: string;
  aspect: Aspect;
  /** What of the samples is compared: milliseconds of half of the calls, or calls a second. */
  by: 'p50' | 'rate';
  relation: Relation;
  /** What to aim for once the promise is kept. */
  aim?: Relation;
}

const atMost = (times: number): Relation => ({ kind: 'atMostTimes', times });
const atLeast = (times: number): Relation => ({ kind: 'atLeastTimes', times });
const atMostOver = (ms: number): Relation => ({ kind: 'atMostOver', ms });

type Against = (limit: string, relation: Relation, aim?: Relation) => Target;

const latency =
  (subject: string, aspect: Aspect): Against =>
  (limit, relation, aim) => ({ subject, limit, aspect, by: 'p50', relation, ...(aim && { aim }) });
const rate =
  (subject: string): Against =>
  (limit, relation, aim) => ({
    subject,
    limit,
    aspect: 'throughput',
    by: 'rate',
    relation,
    ...(aim && { aim }),
  });

const python = 'python, template';
const nodejs = 'nodejs, template';
const c = 'C, static, CGI';

/** By group, see groups/. */
export const targets = {
  python: [
    latency(python, 'serial')('waitress', atMost(3), atMost(1.4)),
    latency(python, 'paced')('waitress', atMost(3), atMost(1.4)),
    rate(python)('bare Python fork loop', atLeast(0.6), atLeast(0.8)),
    rate(python)('python3 per call', atLeast(3)),
  ],
  nodejs: [
    latency(nodejs, 'serial')('node:http', atMost(5)),
    latency(nodejs, 'paced')('node:http', atMost(5)),
    rate(nodejs)('bare forks of the template', atLeast(0.6)),
    rate(nodejs)('node per call', atLeast(4)),
  ],
  c: [
    latency(c, 'serial')('node:http', atMostOver(2)),
    latency(c, 'paced')('node:http', atMostOver(2)),
    rate(c)('bare C clone + exec loop', atLeast(0.5)),
  ],
  cold: [
    latency('C program, cold', 'serial')('crun run, C program', atMost(1.25)),
    latency('server image, cold', 'serial')('crun run, server image', atMost(1.25)),
    rate('C program, cold')('crun run, C program', atLeast(0.8)),
    rate('server image, cold')('crun run, server image', atLeast(0.8)),
  ],
  prewarmed: [
    latency('server image, prewarmed', 'paced')('same server, warm', atMostOver(2)),
    rate('server image, prewarmed')('crun run, server image', atLeast(0.8)),
  ],
  first: [
    latency('python, idle function', 'first')('crun run, python', atMost(1.5)),
    latency('nodejs, idle function', 'first')('crun run, nodejs', atMost(1.5)),
  ],
  many: [rate('100 functions in turn')('one function', atLeast(0.8))],
  deployed: [latency('10,000 deployed', 'serial')('one deployed', atMost(1.1))],
  flight: [],
  cli: [
    latency('kubeless version', 'serial')('node -e 0', atMost(3)),
    latency('edit of a watched function', 'serial')('node -e 0', atMostOver(900)),
  ],
} satisfies Record<string, readonly Target[]>;

export type GroupName = keyof typeof targets;
