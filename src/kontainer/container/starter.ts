import type { KontainerSpec } from '../spec.ts';
import type { Launcher } from '../launcher/launcher.ts';
import type { LaunchedKontainer } from './launched-kontainer.ts';

/** What a starter of Kontainers stands on: one life of the launcher and a root file system mounted in it. */
export interface Ground {
  spec: KontainerSpec;
  launcher: Launcher;
  rootfs: string;
}

/** One way to start Kontainers of one function. */
export interface Starter {
  /** Asks for a Kontainer at once; `start.ready` tells whether it came to life. */
  begin(): LaunchedKontainer;
  /** False when nothing can be started any more with it. */
  readonly usable: boolean;
  /** Whether it worked and has ended since, so that a start that failed with it may succeed with the next one. */
  fallen(): Promise<boolean>;
  /** This function cannot be started in this way, and has to be started from its image. */
  readonly unfit: boolean;
  /** Processes that it keeps for itself end. */
  close(): Promise<void>;
  readonly memoryBytes: number;
}
