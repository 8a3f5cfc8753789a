import { networkAnnotations } from '../controllers/container-network.ts';
import { dataPlaneUrl } from '../controllers/data-plane.ts';
import { leastPrivilege, literalArguments, podImage } from '../controllers/pod-fields.ts';
import { payloadName } from './names.ts';
import { payloadText, timeoutMs, type TriggerRequest } from './trigger-request.ts';

/** Larger ones come in a ConfigMap: an object with its arguments is copied into each Job and pod. */
const maxInlineBytes = 16 * 1024;

export const payloadKey = 'payload';
const payloadFolder = '/payload';

export function isInline(payload: string): boolean {
  return Buffer.byteLength(payload) <= maxInlineBytes;
}

const containerName = 'trigger';

/** Its annotations: it is the platform's own program, and calls the data plane. */
export const callerNetwork = networkAnnotations({ [containerName]: 'platform' });

/** The pod of a run: it calls the function once. Nothing that a user wrote is ever part of a script. */
export function callerPod(request: TriggerRequest): object {
  const payload = payloadText(request);
  const volumes =
    payload === undefined || isInline(payload)
      ? {}
      : { volumes: [{ name: 'payload', configMap: { name: payloadName(request.trigger.metadata.name) } }] };
  return {
    restartPolicy: 'Never',
    ...leastPrivilege,
    imagePullSecrets: request.config.buildImageSecrets.map((name) => ({ name })),
    containers: [callerContainer(request, payload)],
    ...volumes,
  };
}

function callerContainer(request: TriggerRequest, payload: string | undefined): object {
  const mounts =
    payload === undefined || isInline(payload)
      ? {}
      : { volumeMounts: [{ name: 'payload', mountPath: payloadFolder, readOnly: true }] };
  return {
    name: containerName,
    image: podImage(request.config.provisionImage),
    imagePullPolicy: 'IfNotPresent',
    command: ['/usr/local/bin/node', '/opt/kontain/call-function.mjs'],
    args: literalArguments(callerArguments(request, payload)),
    env: [{ name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }],
    resources: {
      limits: { cpu: '500m', memory: '128Mi' },
      requests: { cpu: '10m', memory: '32Mi' },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    ...mounts,
  };
}

function callerArguments(request: TriggerRequest, payload: string | undefined): string[] {
  const { trigger, dataPlane } = request;
  const { 'function-name': name, headers = [] } = trigger.spec;
  return [
    `--url=${dataPlaneUrl(dataPlane)}`,
    `--host=${name}.${trigger.metadata.namespace}.svc.${dataPlane.clusterDomain}`,
    '--event-namespace=cronjobtrigger.kubeless.io',
    `--timeout-seconds=${timeoutMs(request) / 1000}`,
    ...headers.map((header) => `--header=${header.name}: ${header.value}`),
    ...(payload === undefined ? [] : [payloadArgument(payload)]),
  ];
}

function payloadArgument(payload: string): string {
  return isInline(payload) ? `--payload=${payload}` : `--payload-file=${payloadFolder}/${payloadKey}`;
}
