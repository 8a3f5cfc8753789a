import type { VolumeMount } from './job-volumes.ts';

/** Of a build Job's pod. */
export interface Container {
  name: string;
  image: string;
  imagePullPolicy: 'IfNotPresent';
  command?: string[];
  args?: string[];
  workingDir?: string;
  env?: object[];
  resources?: object;
  volumeMounts: VolumeMount[];
  terminationMessagePolicy: 'FallbackToLogsOnError';
  securityContext: object;
}

export const commonFields = {
  imagePullPolicy: 'IfNotPresent',
  // The last lines of what failed are all that a Function's author sees of it.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
} as const;
