import type { StoredImage } from '../api/image.ts';
import { findCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';
import type { Report } from './function-status.ts';

/** What the nodes are doing when nothing is wrong. */
const onTheWay = ['Pulling', 'Unpacking'];

/** Where a Function stands whose Image is as it should be. `digest`: of a build; an image of the author's says its own. */
export function imageReport({ metadata, status = {} }: StoredImage, digest: string | undefined): Report {
  const condition = findCondition(status.conditions as readonly Condition[] | undefined, 'Ready');
  const isCurrent = condition !== undefined && condition.observedGeneration === metadata.generation;
  if (!isCurrent || onTheWay.includes(condition.reason)) {
    return { reason: 'Pulling', message: isCurrent ? condition.message : 'The nodes fetch the image.' };
  }
  if (condition.status !== 'True') {
    return { reason: 'PullFailed', message: `The nodes cannot serve the image: ${condition.message}` };
  }
  const served = digest ?? status.digest;
  const message = `Ready to be called${served === undefined ? '' : `: ${served}`}.`;
  return { reason: 'Ready', message, ...(served === undefined ? {} : { digest: served }) };
}
