import type { Image } from '../api/image.ts';
import type { Clock } from '../lib/clock.ts';
import type { CollectionGuard } from '../oci/collection-guard.ts';
import type { LayerStore } from '../oci/layer-store.ts';
import type { PullOptions } from '../oci/pull-image.ts';
import type { RegistryAuths } from '../oci/registry-auth.ts';
import type { ReferenceReader } from './env-values.ts';
import type { ReadyReason } from './failure.ts';
import type { ResolvedRoutes } from './resolve-routes.ts';

export interface DeployEnvironment {
  root: string;
  pull: PullOptions;
  layers: LayerStore;
  guard: CollectionGuard;
  /** Host id of root inside. */
  idBase: number;
  /** Credentials of the node, weaker than those of an Image. */
  nodeAuths: RegistryAuths;
  /** Where functions' images are: a namespace has its own there, and no other ones. */
  functionRegistry: string | undefined;
  clock: Pick<Clock, 'now'>;
}

export interface DeployRequest {
  object: Image;
  reader: ReferenceReader;
  /** Ask the registry again although nothing changed here. */
  refresh: boolean;
  signal: AbortSignal;
  /** Told what became of the routes: at once, whatever the image is up to. */
  onRoutes: (routes: ResolvedRoutes) => void;
  /** Told before a step that can take long. */
  onProgress: (reason: ReadyReason, message: string) => void;
}
