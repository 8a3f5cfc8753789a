import { objectMeta } from './meta-schemas.ts';
import type { StructuralSchema } from './structural-schema.ts';

/**
 * Protobuf messages of Kubernetes 1.36 (k8s.io/api, batch/v1 and core/v1 generated.proto) that Jobs of this platform and of kubectl
 * are made of: name, number, type. A message with any other field is refused. `count` and `mark` are numbers and flags that
 * Go always writes: zero and false of them say nothing.
 */
const messages: Readonly<Record<string, string>> = {
  Job: 'metadata 1 ObjectMeta, spec 2 JobSpec, status 3 JobStatus',
  JobStatus: 'active 4 count, succeeded 5 count, failed 6 count, completedIndexes 7 text',
  CronJob: 'metadata 1 ObjectMeta, spec 2 CronJobSpec, status 3 CronJobStatus',
  CronJobSpec: `
    schedule 1 text, timeZone 8 text, startingDeadlineSeconds 2 number, concurrencyPolicy 3 text,
    suspend 4 flag, jobTemplate 5 JobTemplateSpec, successfulJobsHistoryLimit 6 number,
    failedJobsHistoryLimit 7 number`,
  CronJobStatus: '',
  JobTemplateSpec: 'metadata 1 ObjectMeta, spec 2 JobSpec',
  LabelSelector: 'matchLabels 1 map of text, matchExpressions 2 list of LabelSelectorRequirement',
  LabelSelectorRequirement: 'key 1 text, operator 2 text, values 3 list of text',
  JobSpec: `
    parallelism 1 number, completions 2 number, activeDeadlineSeconds 3 number, podFailurePolicy 11
    PodFailurePolicy, backoffLimit 7 number, backoffLimitPerIndex 12 number, maxFailedIndexes 13
    number, selector 4 LabelSelector, manualSelector 5 flag, template 6 PodTemplateSpec,
    ttlSecondsAfterFinished 8 number, completionMode 9 text, suspend 10 flag, podReplacementPolicy 14
    text, managedBy 15 text`,
  PodTemplateSpec: 'metadata 1 ObjectMeta, spec 2 PodSpec',
  PodSpec: `
    volumes 1 list of Volume, initContainers 20 list of Container, containers 2 list of Container,
    restartPolicy 3 text, terminationGracePeriodSeconds 4 number, activeDeadlineSeconds 5 number,
    dnsPolicy 6 text, nodeSelector 7 map of text, serviceAccountName 8 text, serviceAccount 9 text,
    automountServiceAccountToken 21 flag, nodeName 10 text, hostNetwork 11 mark, hostPID 12 mark,
    hostIPC 13 mark, shareProcessNamespace 27 flag, securityContext 14 PodSecurityContext,
    imagePullSecrets 15 list of LocalObjectReference, hostname 16 text, subdomain 17 text,
    schedulerName 19 text, tolerations 22 list of Toleration, priorityClassName 24 text, priority 25
    number, runtimeClassName 29 text, enableServiceLinks 30 flag, preemptionPolicy 31 text, overhead
    32 map of quantity, setHostnameAsFQDN 35 flag, hostUsers 37 flag, resources 40
    ResourceRequirements, hostnameOverride 41 text`,
  Container: `
    name 1 text, image 2 text, command 3 list of text, args 4 list of text, workingDir 5 text, ports 6
    list of ContainerPort, envFrom 19 list of EnvFromSource, env 7 list of EnvVar, resources 8
    ResourceRequirements, restartPolicy 24 text, volumeMounts 9 list of VolumeMount,
    terminationMessagePath 13 text, terminationMessagePolicy 20 text, imagePullPolicy 14 text,
    securityContext 15 SecurityContext, stdin 16 mark, stdinOnce 17 mark, tty 18 mark`,
  ContainerPort: 'name 1 text, hostPort 2 count, containerPort 3 count, protocol 4 text, hostIP 5 text',
  EnvVar: 'name 1 text, value 2 text, valueFrom 3 EnvVarSource',
  EnvVarSource: `
    fieldRef 1 ObjectFieldSelector, resourceFieldRef 2 ResourceFieldSelector, configMapKeyRef 3
    ConfigMapKeySelector, secretKeyRef 4 SecretKeySelector`,
  ObjectFieldSelector: 'apiVersion 1 text, fieldPath 2 text',
  ResourceFieldSelector: 'containerName 1 text, resource 2 text, divisor 3 quantity',
  ConfigMapKeySelector: 'localObjectReference 1 inline LocalObjectReference, key 2 text, optional 3 flag',
  SecretKeySelector: 'localObjectReference 1 inline LocalObjectReference, key 2 text, optional 3 flag',
  EnvFromSource: 'prefix 1 text, configMapRef 2 ConfigMapEnvSource, secretRef 3 SecretEnvSource',
  ConfigMapEnvSource: 'localObjectReference 1 inline LocalObjectReference, optional 2 flag',
  SecretEnvSource: 'localObjectReference 1 inline LocalObjectReference, optional 2 flag',
  LocalObjectReference: 'name 1 text',
  ResourceRequirements: 'limits 1 map of quantity, requests 2 map of quantity',
  VolumeMount: `
    name 1 text, readOnly 2 mark, recursiveReadOnly 7 text, mountPath 3 text, subPath 4 text,
    mountPropagation 5 text, subPathExpr 6 text`,
  SecurityContext: `
    capabilities 1 Capabilities, privileged 2 flag, runAsUser 4 number, runAsGroup 8 number,
    runAsNonRoot 5 flag, readOnlyRootFilesystem 6 flag, allowPrivilegeEscalation 7 flag, procMount 9
    text, seccompProfile 11 SeccompProfile`,
  PodSecurityContext: `
    runAsUser 2 number, runAsGroup 6 number, runAsNonRoot 3 flag, supplementalGroups 4 list of number,
    supplementalGroupsPolicy 12 text, fsGroup 5 number, fsGroupChangePolicy 9 text, seccompProfile 10
    SeccompProfile, seLinuxChangePolicy 13 text`,
  SeccompProfile: 'type 1 text, localhostProfile 2 text',
  Capabilities: 'add 1 list of text, drop 2 list of text',
  Volume: 'name 1 text, volumeSource 2 inline VolumeSource',
  VolumeSource: `
    hostPath 1 HostPathVolumeSource, emptyDir 2 EmptyDirVolumeSource, secret 6 SecretVolumeSource,
    persistentVolumeClaim 10 PersistentVolumeClaimVolumeSource, downwardAPI 16
    DownwardAPIVolumeSource, configMap 19 ConfigMapVolumeSource`,
  EmptyDirVolumeSource: 'medium 1 text, sizeLimit 2 quantity',
  ConfigMapVolumeSource: `
    localObjectReference 1 inline LocalObjectReference, items 2 list of KeyToPath, defaultMode 3
    number, optional 4 flag`,
  SecretVolumeSource: 'secretName 1 text, items 2 list of KeyToPath, defaultMode 3 number, optional 4 flag',
  KeyToPath: 'key 1 text, path 2 text, mode 3 number',
  PodFailurePolicy: 'rules 1 list of PodFailurePolicyRule',
  PodFailurePolicyRule: `
    action 1 text, onExitCodes 2 PodFailurePolicyOnExitCodesRequirement, onPodConditions 3 list of
    PodFailurePolicyOnPodConditionsPattern`,
  PodFailurePolicyOnExitCodesRequirement: 'containerName 1 text, operator 2 text, values 3 list of number',
  PodFailurePolicyOnPodConditionsPattern: 'type 1 text, status 2 text',
  Toleration: 'key 1 text, operator 2 text, value 3 text, effect 4 text, tolerationSeconds 5 number',
  HostPathVolumeSource: 'path 1 text, type 2 text',
  DownwardAPIVolumeSource: 'items 1 list of DownwardAPIVolumeFile, defaultMode 2 number',
  DownwardAPIVolumeFile: `
    path 1 text, fieldRef 2 ObjectFieldSelector, resourceFieldRef 3 ResourceFieldSelector, mode 4
    number`,
  PersistentVolumeClaimVolumeSource: 'claimName 1 text, readOnly 2 mark',
};

const scalars: Readonly<Record<string, StructuralSchema>> = {
  text: { type: 'string' },
  number: { type: 'integer', 'x-protobuf-optional': true },
  count: { type: 'integer', 'x-protobuf-optional': false },
  flag: { type: 'boolean', 'x-protobuf-optional': true },
  mark: { type: 'boolean', 'x-protobuf-optional': false },
  // resource.Quantity has its text as field 1.
  quantity: { type: 'string', 'x-protobuf-tag': 1, 'x-protobuf-wrapped': true },
  ObjectMeta: objectMeta,
};

const known = new Map<string, StructuralSchema>();

/** The schema by which a message of that name is decoded. */
export function messageSchema(name: string): StructuralSchema {
  const found = known.get(name) ?? { ...parseMessage(messages[name] ?? ''), title: name };
  known.set(name, found);
  return found;
}

function parseMessage(text: string): StructuralSchema {
  const fields = text.split(',').map((field) => field.trim().split(/\s+/));
  const properties = fields.flatMap(([name = '', number, ...type]) =>
    name === '' ? [] : [[name, { ...typeSchema(type.join(' ')), 'x-protobuf-tag': Number(number) }] as const],
  );
  return { type: 'object', properties: Object.fromEntries(properties), 'x-protobuf-strict': true };
}

function typeSchema(type: string): StructuralSchema {
  const [, container, of = ''] = /^(list of|map of|inline) (.*)$/.exec(type) ?? [];
  if (container === 'list of') return { type: 'array', items: typeSchema(of) };
  if (container === 'map of') return { type: 'object', additionalProperties: typeSchema(of) };
  if (container === 'inline') return { ...typeSchema(of), 'x-protobuf-inline': true };
  return scalars[type] ?? messageSchema(type);
}
