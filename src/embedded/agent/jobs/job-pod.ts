import { controlledBy } from '../../../kube/owner-references.ts';
import { jobs, type Job, type Pod } from '../kinds.ts';

/** Kubernetes' alphabet for generated names: no vowels, nothing that looks like something else. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A pod of a Job, from its template, which has the labels by which the Job's pods are found. */
export function jobPod(job: Job, random: () => number): Pod {
  const { name = '', namespace = '' } = job.metadata;
  const { metadata, spec } = job.spec.template;
  const suffix = Array.from({ length: 5 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${name.slice(0, 57)}-${suffix}`,
      namespace,
      ownerReferences: [controlledBy(jobs, job)],
    },
    spec,
  };
}
