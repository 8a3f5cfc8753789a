/**
 * What a container of a pod reaches: `none` is its own loopback; `internet` is what every pod has on a cluster, its own network with a
 * way out and none to the node's loopback; `platform` reaches the platform's registry and data plane wherever they are.
 */
export const containerNetworks = ['none', 'internet', 'platform'] as const;
export type ContainerNetwork = (typeof containerNetworks)[number];

/** What containers have that the pod says nothing about. */
export const defaultNetwork: ContainerNetwork = 'internet';

const prefix = 'network.kontain.app/';

/**
 * Annotations of a pod, one a container, in the manner of Kubernetes' annotations for AppArmor. The containers of a pod share one network on a
 * cluster, where a NetworkPolicy that selects the pod's labels says what that is; embedded mode's agent keeps them apart.
 */
export function networkAnnotations(
  networks: Readonly<Record<string, ContainerNetwork>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(networks).map(([name, network]) => [`${prefix}${name}`, network]));
}

/** Undefined for a value that is not known. */
export function networkOf(
  annotations: Readonly<Record<string, string>> | undefined,
  container: string,
): ContainerNetwork | undefined {
  const value = annotations?.[`${prefix}${container}`] ?? defaultNetwork;
  return containerNetworks.find((network) => network === value);
}
