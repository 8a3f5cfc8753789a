import type { KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';

/** Port of the data plane: in its pods, and of its Service. */
export const dataPlanePort = 8080;

export interface DataPlane {
  namespace: string;
  config: KubelessConfig['dataPlane'];
  /** Such as `cluster.local`. */
  clusterDomain: string;
}

/** Host name of the data plane's Service. */
export function dataPlaneHost({ config, namespace, clusterDomain }: DataPlane): string {
  return `${config.service}.${namespace}.svc.${clusterDomain}`;
}

/** Where programs of the platform call functions; the Host header is the route. */
export function dataPlaneUrl(dataPlane: DataPlane): string {
  return dataPlane.config.url ?? `http://${dataPlaneHost(dataPlane)}:${dataPlanePort}`;
}
