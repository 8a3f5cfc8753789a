import type { TestDriver } from '../../helpers/kontainer-driver.ts';

/** The driver of the suite that runs; there is one from `before` to `after`. */
export type CurrentDriver = () => TestDriver;
