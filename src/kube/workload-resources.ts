import type { KubeObject } from './objects.ts';
import type { Resource } from './resource.ts';

/** batch/v1 Job, as far as we read it. */
export interface Job extends KubeObject {
  spec?: object;
  status?: {
    active?: number;
    startTime?: string;
    completionTime?: string;
    conditions?: {
      type: string;
      status: string;
      reason?: string;
      message?: string;
      lastTransitionTime?: string;
    }[];
  };
}

export const jobs: Resource<Job> = {
  group: 'batch',
  version: 'v1',
  plural: 'jobs',
  kind: 'Job',
  namespaced: true,
};

export interface ContainerStatus {
  name: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: object;
    terminated?: { exitCode: number; reason?: string; message?: string; finishedAt?: string };
  };
}

/** core/v1 Pod, as far as we read it. */
export interface Pod extends KubeObject {
  spec?: {
    nodeName?: string;
    containers?: { name: string; image?: string; ports?: { name?: string; containerPort: number }[] }[];
    initContainers?: { name: string }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: { type: string; status: string; message?: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export const pods: Resource<Pod> = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
};

/** core/v1 Service, as far as we write it. */
export interface Service extends KubeObject {
  spec?: object;
}

export const services: Resource<Service> = {
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  namespaced: true,
};

/** batch/v1 CronJob. */
export interface CronJob extends KubeObject {
  spec?: {
    schedule: string;
    timeZone?: string | null;
    suspend?: boolean;
    concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
    startingDeadlineSeconds?: number | null;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: KubeObject['metadata']; spec: object };
  };
  status?: {
    active?: JobReference[];
    lastScheduleTime?: string;
    lastSuccessfulTime?: string;
  };
}

export interface JobReference {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  resourceVersion?: string;
}

export const cronJobs: Resource<CronJob> = {
  group: 'batch',
  version: 'v1',
  plural: 'cronjobs',
  kind: 'CronJob',
  namespaced: true,
};

/** networking.k8s.io/v1 Ingress, as far as we write it. */
export interface Ingress extends KubeObject {
  spec?: object;
}

export const ingresses: Resource<Ingress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
};
