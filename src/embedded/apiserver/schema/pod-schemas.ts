import { listOf, mergedList, objectMeta, objectOf, text } from './meta-schemas.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** What is kept as it was written: whoever runs the pod reads it. */
export function kept(description: string): StructuralSchema {
  return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, description };
}

const container: StructuralSchema = {
  ...objectOf(
    {
      name: text('Name of the container, unique in the pod.'),
      image: text('The image.'),
      command: listOf({ type: 'string' }, "Instead of the image's entrypoint."),
      args: listOf({ type: 'string' }, "Instead of the image's arguments."),
      env: mergedList(kept('One variable.'), 'Environment variables.', 'name'),
      volumeMounts: mergedList(kept('One mount.'), 'Where volumes are seen.', 'mountPath'),
    },
    'One container.',
  ),
  'x-kubernetes-preserve-unknown-fields': true,
};

/** core/v1 PodSpec: the parts that are validated or merged by key; the rest is kept as it is. */
export const podSpec: StructuralSchema = {
  ...objectOf(
    {
      containers: mergedList(container, 'Containers of the pod.', 'name'),
      initContainers: mergedList(container, 'Containers that run before, in order.', 'name'),
      volumes: mergedList(kept('One volume.'), 'Volumes of the pod.', 'name'),
      restartPolicy: text('Always, OnFailure or Never.'),
      imagePullSecrets: mergedList(kept('One secret.'), 'Secrets to pull images with.', 'name'),
    },
    'What the pod wants.',
  ),
  'x-kubernetes-preserve-unknown-fields': true,
};

/** core/v1 PodTemplateSpec. */
export const podTemplate = objectOf({ metadata: objectMeta, spec: podSpec }, 'What pods are made from.');
