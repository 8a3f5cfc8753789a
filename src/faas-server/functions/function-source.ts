import type { RoutesDocument } from '../../kontainer/routes.ts';
import type { KontainerSpec } from '../../kontainer/spec.ts';

/** Names one version of one function; nothing of it is read from disk yet. */
export interface FunctionVersion {
  namespace: string;
  name: string;
  /** Differs whenever anything about the function differs. */
  version: string;
  /** Where it is called besides its own host and path. */
  routes?: RoutesDocument;
}

export interface FunctionListener {
  set(version: FunctionVersion): void;
  deleted(function_: { namespace: string; name: string }): void;
}

/** A function's files, kept on disk until released. */
export interface OpenFunction {
  readonly spec: KontainerSpec;
  /** Folder with the files from Secrets and ConfigMaps, where the spec has such. */
  readonly files?: string;
  /** As in the FunctionVersion it was opened from; a newer one when it changed in between. */
  readonly version: string;
  release(): Promise<void>;
}

/** Where faas-server learns which functions this node has: the bundles on the shared file system. */
export interface FunctionSource extends AsyncDisposable {
  /** Resolves when `listener` has been told of all functions there are; changes follow until disposal. */
  watch(listener: FunctionListener): Promise<void>;
  /** Resolves when `listener` has been told of this function, if it is there now: the notice of it may still be on its way. Never rejects. */
  look(namespace: string, name: string): Promise<void>;
  /** Rejects with PlatformError `not_found`. */
  open(namespace: string, name: string): Promise<OpenFunction>;
}
