import type { Change, KubeObject } from '../../store/stored-object.ts';

/** A change with its JSON parsed once for all controllers. */
export interface ObservedChange {
  readonly type: Change['type'];
  readonly key: Change['key'];
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** Work behind the API. `observe` notes what has to be looked at; `run` looks at the state then, so it is level-based. */
export interface Controller {
  readonly name: string;
  /** Notes all that an earlier process may have left undone. */
  resume(): void;
  /** Notes what a change touches; true when `run` is needed. */
  observe(change: ObservedChange): boolean;
  run(): void;
  /** Drops timers. */
  stop?(): void;
}
