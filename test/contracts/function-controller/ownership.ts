import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageResource } from '../../../src/api/image.ts';
import { jobs, services } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Bench, python } from './bench.ts';

/** What belongs to a Function is kept as it is, and goes with it; what does not is left alone. */
export function ownershipContract(bench: Bench): void {
  test('what is not ours is never taken over', async () => {
    const { world } = bench;
    const metadata = { namespace: world.namespace, name: 'taken' };
    const spec = { ports: [{ port: 80 }], clusterIP: 'None' };
    await world.client.create(services, { apiVersion: 'v1', kind: 'Service', metadata, spec });
    await world.deploy('taken', python('x'));
    await world.until('taken', 'Conflict', /conflicting service object .*not this Function's/);
    const image = { apiVersion: 'build.kontain.app/v1', kind: 'Image', spec: { image: 'docker://a/b' } };
    await world.client.create(imageResource, { ...image, metadata: { ...metadata, name: 'theirs' } });
    await world.deploy('theirs', python('x'));
    await world.until('theirs', 'Conflict', /conflicting image object/);
    for (const each of ['taken', 'theirs']) {
      await world.delete(each);
      await eventually('the Function is gone', () =>
        world.get(each).then(
          () => false,
          () => true,
        ),
      );
    }
    assert.deepEqual((await world.image('theirs')).spec, { image: 'docker://a/b' });
    assert.equal((await world.service('taken')).metadata.labels, undefined);
  });

  test('what somebody deletes or edits comes back', async () => {
    const { world } = bench;
    await world.deploy('kept', python('x'));
    const { status } = await world.until('kept', 'Ready');
    const ref = { namespace: world.namespace, name: 'kept' };
    const never = Promise.withResolvers<undefined>();
    world.runner.behaviour = () => never.promise;
    await world.edit('kept', { function: 'y' });
    await world.until('kept', 'Building');
    await world.client.delete(imageResource, ref);
    await world.client.mergePatch(services, ref, { spec: { ports: [{ port: 1, name: 'other' }] } });
    const image = () => world.image('kept').catch(() => undefined);
    await eventually('the Image of before is back', async () => {
      return ((await image())?.spec as { image?: string } | undefined)?.image === status?.image;
    });
    await eventually('the Service is as it was', async () => {
      const { spec } = (await world.service('kept')) as { spec?: { ports: { port: number }[] } };
      return spec?.ports[0]?.port === 8080;
    });
    world.runner.behaviour = () => Promise.resolve(undefined);
    await world.delete('kept');
    never.resolve(undefined);
  });

  test('a controller that is killed in the middle is followed by the other', async () => {
    const { world } = bench;
    const release = Promise.withResolvers<undefined>();
    world.runner.behaviour = () => release.promise;
    await world.deploy('survivor', python('x'));
    await world.until('survivor', 'Building');
    await world.startController();
    process.kill(world.leader.pid, 'SIGKILL');
    release.resolve(undefined);
    await world.until('survivor', 'Ready');
    world.runner.behaviour = () => Promise.resolve(undefined);
    assert.equal(world.builds('survivor').length, 1);
    await world.nothingLeft(jobs, 'survivor');
  });

  test('a Function that goes takes everything along, and its name can be used again at once', async () => {
    const { world } = bench;
    await world.deploy('gone', python('x'));
    const { status } = await world.until('gone', 'Ready');
    const digest = status?.digest ?? '';
    assert.ok(await world.hasImage('gone', digest));
    await world.delete('gone');
    await eventually('the name is free', () =>
      world.deploy('gone', python('y')).then(
        () => true,
        () => false,
      ),
    );
    await world.until('gone', 'Ready');
    assert.ok(!(await world.hasImage('gone', digest)));
    await world.delete('gone');
    await eventually('the Function is gone', () =>
      world.get('gone').then(
        () => false,
        () => true,
      ),
    );
    await assert.rejects(world.image('gone'), { httpStatus: 404 });
    await assert.rejects(world.service('gone'), { httpStatus: 404 });
    await world.nothingLeft(jobs, 'gone');
  });
}
