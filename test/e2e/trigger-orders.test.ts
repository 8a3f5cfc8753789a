import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { isAlreadyExists, isConflict, isNotFound } from '../../src/kube/kube-error.ts';
import { ControllerWorld } from '../helpers/controller-world.ts';
import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { eventually } from '../helpers/eventually.ts';
import { writeLayout } from '../helpers/oci-layout.ts';
import { disorder, sources, type SourceKind } from '../helpers/owned-world.ts';
import { startProgram, type RunningProgram } from '../helpers/program.ts';

interface Step {
  kind: SourceKind;
  name: 'a' | 'b';
  action: 'create' | 'edit' | 'delete';
  /** Which function a trigger is to call. */
  target: 'a' | 'b';
  /** What begins before the step before it has an answer. */
  atOnce: boolean;
  kill: boolean;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<SourceKind>('Function', 'HTTPTrigger', 'CronJobTrigger'),
  name: fc.constantFrom('a' as const, 'b' as const),
  action: fc.constantFrom('create' as const, 'create' as const, 'edit' as const, 'delete' as const),
  target: fc.constantFrom('a' as const, 'b' as const),
  atOnce: fc.boolean(),
  kill: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
});

suite('functions and triggers come, change and go in any order', () => {
  let world: ControllerWorld;
  let controllers: RunningProgram;
  let image: string;
  const start = () => world.start('controllers', { KONTAIN_LEADER_ELECTION: 'false' });
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kontain-orders-'));
    world = await ControllerWorld.open(startEmbeddedApi);
    world.stack.defer(() => rm(folder, { recursive: true, force: true }));
    await writeLayout(join(folder, 'image'), { layers: [[]] });
    image = `oci:${join(folder, 'image')}`;
    const node = [
      '--kubeconfig',
      world.kubeconfig,
      '--root',
      join(folder, 'root'),
      '--node-name',
      'n1',
      '--port',
      '0',
    ];
    world.stack.use(await startProgram('faas-downloader', node));
    controllers = await start();
  });
  after(() => world[Symbol.asyncDispose]());

  const specOf = ({ kind, name, target }: Step, edited: boolean): object => {
    if (kind === 'Function') return { image, timeout: edited ? '20' : '10' };
    if (kind === 'HTTPTrigger') return { 'function-name': target, 'host-name': `${name}.example` };
    return { 'function-name': target, schedule: edited ? '@monthly' : '@yearly' };
  };

  const carryOut = async (step: Step): Promise<void> => {
    const { client, namespace } = world;
    const { kind, name, action } = step;
    const ref = { namespace, name };
    const type = { apiVersion: 'kubeless.io/v1beta1', kind };
    try {
      if (action === 'delete') await client.delete(sources[kind], ref);
      else if (action === 'edit') await client.mergePatch(sources[kind], ref, { spec: specOf(step, true) });
      else await client.create(sources[kind], { ...type, metadata: ref, spec: specOf(step, false) } as never);
    } catch (error) {
      // What a user would be told: it is there already, it is gone already, somebody else was quicker.
      if (!isAlreadyExists(error) && !isNotFound(error) && !isConflict(error)) throw error;
    }
  };

  const comesToRest = async (steps: readonly Step[]): Promise<void> => {
    let last: string[] = [];
    const isInOrder = async () => {
      last = await disorder(world.client, world.namespace);
      return last.length === 0;
    };
    await eventually('all is in order', isInOrder, 90_000).catch(() => {
      assert.fail(`${last.join('; ')} after ${JSON.stringify(steps)}`);
    });
  };

  test('and in the end everything is there that should be, belongs to what is there, and nothing else', async () => {
    const property = fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 30 }), async (steps) => {
      const running: Promise<void>[] = [];
      for (const step of steps) {
        if (!step.atOnce) await Promise.all(running);
        running.push(carryOut(step));
        if (!step.kill) continue;
        process.kill(controllers.pid, 'SIGKILL');
        controllers = await start();
      }
      await Promise.all(running);
      await comesToRest(steps);
    });
    await fc.assert(property, { numRuns: 12, endOnFailure: true });
    for (const kind of Object.keys(sources) as SourceKind[])
      await world.client.deleteCollection(sources[kind], { namespace: world.namespace });
    await comesToRest([]);
  });
});
