import { crdName } from '../api/crd.ts';
import { functionKind } from '../api/function.ts';
import { customResourceDefinitions } from '../kube/builtin-resources.ts';
import type { KubeClient } from '../kube/client-types.ts';
import type { ControllerConfig } from './config.ts';

type Given = Pick<ControllerConfig, 'KUBELESS_NAMESPACE' | 'KUBELESS_CONFIG'>;

/** Namespace and name of kubeless-config: the environment's, else those of the CRD's annotations, else Kubeless' own. */
export async function configLocation(
  client: Pick<KubeClient, 'get'>,
  { KUBELESS_NAMESPACE: namespace, KUBELESS_CONFIG: name }: Given,
  signal: AbortSignal,
): Promise<{ namespace: string; name: string }> {
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  const crd = await client.get(customResourceDefinitions, { name: crdName(functionKind) }, { signal });
  const { annotations = {} } = crd.metadata;
  return {
    namespace: namespace ?? annotations['kubeless.io/namespace'] ?? 'kubeless',
    name: name ?? annotations['kubeless.io/config'] ?? 'kubeless-config',
  };
}
