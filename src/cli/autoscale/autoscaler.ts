import type { StoredFunction } from '../../api/function.ts';
import { specOf } from '../resources.ts';
import { cells } from '../table.ts';

interface Metric {
  type?: string;
  resource?: { name?: string; targetAverageUtilization?: number; target?: { averageUtilization?: number } };
  object?: {
    metricName?: string;
    targetValue?: string | number;
    metric?: { name?: string };
    target?: { value?: string | number };
  };
}

/** autoscaling/v2 HorizontalPodAutoscaler, or v2beta1 as Kubeless clients write it; in parts. */
interface Autoscaler {
  metadata?: { name?: string };
  spec?: {
    scaleTargetRef?: { name?: string };
    minReplicas?: number;
    maxReplicas?: number;
    metrics?: Metric[] | null;
  };
}

/** undefined where there is none, also in the shape of zeros and nulls that Kubeless writes for none. */
export function autoscalerOf(object: StoredFunction): Autoscaler | undefined {
  const autoscaler = specOf(object).horizontalPodAutoscaler as Autoscaler | null | undefined;
  const target = autoscaler?.spec?.scaleTargetRef?.name ?? '';
  return autoscaler === null || target === '' ? undefined : autoscaler;
}

/** Cells METRIC and VALUE. */
export function metricOf({ spec }: Autoscaler): string[] {
  const { resource, object } = spec?.metrics?.[0] ?? {};
  if (resource === undefined) return callsOf(object ?? {});
  return cells(resource.name, resource.target?.averageUtilization ?? resource.targetAverageUtilization);
}

function callsOf({ metric, metricName, target, targetValue }: NonNullable<Metric['object']>): string[] {
  return cells(metric?.name ?? metricName, target?.value ?? targetValue);
}

export interface AutoscalerOptions {
  min: number;
  max: number;
  metric: 'cpu' | 'qps';
  value: string;
}

export function newAutoscaler(
  { metadata }: StoredFunction,
  { min, max, metric, value }: AutoscalerOptions,
): object {
  const { name = '', namespace = '', labels = {} } = metadata;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace, labels },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [metric === 'cpu' ? cpuMetric(value) : callsMetric(name, value)],
    },
  };
}

function cpuMetric(value: string): object {
  const target = { type: 'Utilization', averageUtilization: Math.trunc(Number(value)) };
  return { type: 'Resource', resource: { name: 'cpu', target } };
}

function callsMetric(name: string, value: string): object {
  const describedObject = { apiVersion: 'v1', kind: 'Service', name };
  return {
    type: 'Object',
    object: { metric: { name: 'function_calls' }, describedObject, target: { type: 'Value', value } },
  };
}
