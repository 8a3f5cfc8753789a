import type { KubeList, KubeObject, ObjectRef, Status, WatchEvent } from './objects.ts';
import type { Resource, Subresource } from './resource.ts';
import type { UploadBody } from './transport.ts';

export interface RequestOptions {
  signal?: AbortSignal;
  /** Checked and answered as usual, but not stored. Only for writes. */
  dryRun?: boolean;
}

export interface CollectionOptions extends RequestOptions {
  /** All namespaces if absent. */
  namespace?: string;
  /** `app=web,tier!=cache`; see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
  labelSelector?: string;
  /** `metadata.name=x`; what else works depends on the kind. */
  fieldSelector?: string;
  /** Objects a request when listing; 0 asks for all at once. Default 500. */
  pageSize?: number;
}

export interface WatchOptions extends Omit<CollectionOptions, 'pageSize' | 'dryRun'> {
  /** Events after this one, from a list or an event. */
  resourceVersion: string;
  /** The server ends the watch after so long. */
  timeoutSeconds?: number;
  /** Ends with NetworkError if neither an event nor a bookmark comes for so long. Default: no limit. */
  silenceMs?: number;
  /** Longest event. Default 32 MiB. */
  maxEventBytes?: number;
  /** The answer's head is there: the server took the watch. */
  onOpen?: () => void;
}

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

export interface PatchOptions extends RequestOptions {
  subresource?: Subresource;
  /** Answered with 409 where the object is another one by now. */
  preconditions?: Preconditions;
}

export interface DeleteOptions extends RequestOptions {
  preconditions?: Preconditions;
  /** What happens to the objects that it owns. The server's default is `Background` for most kinds. */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
}

/** The verbs of the Kubernetes API that our programs use. All reject with KubeError or NetworkError. */
export interface KubeClient extends AsyncDisposable {
  /** Of the kubeconfig's context or of the pod. */
  readonly namespace: string;
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options?: RequestOptions): Promise<T>;
  /** Every page. The list's resourceVersion is where a watch goes on. */
  list<T extends KubeObject>(resource: Resource<T>, options?: CollectionOptions): Promise<KubeList<T>>;
  create<T extends KubeObject>(
    resource: Resource<T>,
    object: NoInfer<T>,
    options?: RequestOptions,
  ): Promise<T>;
  /** Refused with a conflict unless `metadata.resourceVersion` is the latest; without one the last writer wins. */
  replace<T extends KubeObject>(
    resource: Resource<T>,
    object: NoInfer<T>,
    options?: RequestOptions,
  ): Promise<T>;
  replaceStatus<T extends KubeObject>(
    resource: Resource<T>,
    object: NoInfer<T>,
    options?: RequestOptions,
  ): Promise<T>;
  /** RFC 7396: `null` removes a key, arrays are replaced whole. */
  mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: object,
    options?: PatchOptions,
  ): Promise<T>;
  /** The object if finalizers or a grace period keep it for now, or a Status. */
  delete(resource: Resource, ref: ObjectRef, options?: DeleteOptions): Promise<KubeObject | Status>;
  deleteCollection(resource: Resource, options?: CollectionOptions & DeleteOptions): Promise<void>;
  /** One watch request; ends when the server ends it. An informer is nearly always what you want instead. */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Any other path that answers JSON, such as `/version` or discovery. */
  getPath(path: string, options?: RequestOptions): Promise<unknown>;
  /** A path that answers with a stream, such as a pod's log or proxy: its body as it comes, however long that takes. */
  openPath(path: string, options?: RequestOptions): Promise<AsyncIterable<Buffer>>;
  /** Sends a stream to a path, such as a pod's proxy, and reads the answer as JSON. */
  putPath(path: string, body: UploadBody, options?: RequestOptions): Promise<unknown>;
}
