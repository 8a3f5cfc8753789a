import { configMaps, secrets } from '../../../kube/builtin-resources.ts';
import type { KubeClient } from '../../../kube/client-types.ts';
import { orUndefined } from '../../../kube/kube-error.ts';

/** Content of a Secret or ConfigMap. */
export type ObjectData = Readonly<Record<string, Buffer>>;

/** Secrets and ConfigMaps of a pod's namespace, as they are now; undefined where there is none. */
export interface ObjectReader {
  secret(name: string): Promise<ObjectData | undefined>;
  configMap(name: string): Promise<ObjectData | undefined>;
}

/** Each object is asked for once: all containers of a pod see the same. */
export function objectReader(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  signal: AbortSignal,
): ObjectReader {
  const known = new Map<string, Promise<ObjectData | undefined>>();
  const once = (key: string, read: () => Promise<ObjectData | undefined>) => {
    const found = known.get(key) ?? read();
    known.set(key, found);
    return found;
  };
  return {
    secret: (name) =>
      once(`secret/${name}`, async () => {
        const object = await orUndefined(client.get(secrets, { namespace, name }, { signal }));
        return object && decode(object.data, 'base64');
      }),
    configMap: (name) =>
      once(`configMap/${name}`, async () => {
        const object = await orUndefined(client.get(configMaps, { namespace, name }, { signal }));
        return object && { ...decode(object.data, 'utf8'), ...decode(object.binaryData, 'base64') };
      }),
  };
}

function decode(data: Readonly<Record<string, string>> = {}, encoding: BufferEncoding): ObjectData {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}
