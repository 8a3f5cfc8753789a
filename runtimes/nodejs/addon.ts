import { createRequire } from 'node:module';

/** The native part (native/addon.c). */
export interface Addon {
  /** Before `serve`, again when much has been allocated since. */
  inheritHeap(): void;
  /** Forks a child a call until none has come for so long (-1: for ever). True in a child, already in its sandbox. */
  serve(controlFd: number, timeoutMs: number): boolean;
  /** True in a fork that is to do an exchange without user code, then `endRehearsal`; false in the parent afterwards. */
  rehearse(): boolean;
  endRehearsal(): never;
  /** In a child: says that it is ready; blocks for the call. File descriptor of its stream. */
  accept(): number;
  acceptOn(listenerFd: number): number;
  socketPair(): [number, number];
  /** Ends the stream (-1: none) so that the caller gets all of the answer, then the process, at once. */
  exitNow(code: number, streamFd: number): never;
  processId(): number;
}

export function loadAddon(path: string): Addon {
  return createRequire(import.meta.url)(path) as Addon;
}
