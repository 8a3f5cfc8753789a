import type { FunctionWorld } from '../../helpers/function-world.ts';

/** What the tests of a topic run on. */
export interface Bench {
  /** There while tests run. */
  readonly world: FunctionWorld;
}

export const python = (text: string) => ({ runtime: 'python3.11', handler: 'hello.handler', function: text });
