import { join } from 'node:path';

/** Where the data plane is found through the API server: what the setup writes and the supervisor configures. */
export const platformNamespace = 'kubeless';
export const dataPlanePodName = 'kontain-faas-server-embedded';
/** A number for the pod's status address, on which nobody listens: see proxyFlag. */
export const statusPort = 9090;

/** @param runFolder of faas-server: only root can look into it */
export function statusSocket(runFolder: string): string {
  return join(runFolder, 'status.sock');
}

/** The controllers as a pod; the number is that of the port at which function-controller takes large sources. */
export const controllersPodName = 'kontain-controllers-embedded';
export const sourcesPort = 9091;

/** @param folder of the controllers: only root can look into it */
export function sourcesSocket(folder: string): string {
  return join(folder, 'sources.sock');
}

/** As proxyFlag, to that socket. */
export function sourcesProxyFlag(folder: string): string {
  return `--proxy=${platformNamespace}/${controllersPodName}:${sourcesPort}=${sourcesSocket(folder)}`;
}

/** For embedded-apiserver: its pods/proxy leads from the pod's port to the socket. */
export function proxyFlag(runFolder: string): string {
  return `--proxy=${platformNamespace}/${dataPlanePodName}:${statusPort}=${statusSocket(runFolder)}`;
}

/** `host/path` below which the images of functions are, as kubeless-config and the node have it. */
export function functionRegistry(registry: string): string {
  return `${registry}/functions`;
}
