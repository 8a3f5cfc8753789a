import type { KubeClient } from '../../kube/client-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { AgentConfig } from './agent-config.ts';

export interface AgentOptions {
  config: AgentConfig;
  client: KubeClient;
  clock: Clock;
  random: () => number;
  log: Logger;
  /** Folder of build/native. */
  native: string;
  /** What the machine has. */
  machine: { cores: number; memoryBytes: number };
  /** Told once Jobs and pods are known. */
  onReady: () => void;
}
