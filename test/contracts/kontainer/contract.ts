import { after, before, suite } from 'node:test';
import { startTestDriver, type TestDriver, type TestDriverOptions } from '../../helpers/kontainer-driver.ts';
import { concurrencyContract } from './concurrency.ts';
import { exitContract } from './exits.ts';
import { filesContract } from './files.ts';
import { freshnessContract } from './freshness.ts';
import { isolationContract } from './isolation.ts';
import { killContract } from './kills.ts';
import { limitsContract } from './limits.ts';
import { networkContract } from './network.ts';
import { privilegesContract } from './privileges.ts';
import { protocolsContract } from './protocols.ts';
import { startFailuresContract } from './start-failures.ts';
import type { CurrentDriver } from './current-driver.ts';

/** What every driver of Kontainers must do, checked from inside real sandboxes; `parts` of it where all is too slow. */
export function kontainerDriverContract(
  name: string,
  options: TestDriverOptions,
  parts: readonly ((current: CurrentDriver) => void)[] = allParts,
): void {
  suite(`Kontainer driver: ${name}`, () => {
    let driver: TestDriver | undefined;
    before(async () => {
      driver = await startTestDriver(options);
    });
    after(async () => {
      await driver?.[Symbol.asyncDispose]();
    });
    const current: CurrentDriver = () => {
      if (driver === undefined) throw new Error('the driver did not start');
      return driver;
    };
    for (const part of parts) part(current);
  });
}

const allParts = [
  freshnessContract,
  isolationContract,
  networkContract,
  privilegesContract,
  limitsContract,
  exitContract,
  killContract,
  protocolsContract,
  startFailuresContract,
  concurrencyContract,
  filesContract,
];
