import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, python } from './bench.ts';

/** Images of the author’s own, with a source and without. */
export function ownImagesContract(bench: Bench): void {
  test('an image of its own, as Kubeless and as we write it', async () => {
    const { world } = bench;
    await world.deploy('own', { image: `docker://${world.registry.host}/kontain/python3.11`, port: 9000 });
    const own = await world.until('own', 'Ready');
    assert.match(own.status?.digest ?? '', /^sha256:/);
    const container = {
      image: `${world.registry.host}/kontain/python3.11`,
      env: [{ name: 'A', value: 'b' }],
      resources: { limits: { memory: '64Mi', cpu: '0' } },
    };
    await world.deploy('kubeless', {
      deployment: { spec: { selector: null, template: { spec: { containers: [container] } } } },
      service: { ports: [{ name: 'web', port: 9091, targetPort: 9092 }] },
    });
    await world.until('kubeless', 'Ready');
    const spec = (await world.image('kubeless')).spec as { port: number; resources: object };
    assert.deepEqual([spec.port, spec.resources], [9092, { memory: '64Mi' }]);
    assert.equal(world.builds('own').length + world.builds('kubeless').length, 0);
  });

  test('a source on an image of one’s own, as Kubeless writes it', async () => {
    const { world } = bench;
    await world.pushRuntime('own-base');
    const container = { image: `${world.registry.host}/kontain/own-base` };
    const deployment = { spec: { template: { spec: { containers: [container] } } } };
    await world.deploy('on-own', { ...python('x'), deployment });
    await world.until('on-own', 'Ready');
    assert.match(world.buildArgs('on-own'), /--runtime-image=docker:\S*\/own-base@sha256:/);
  });

  test('what belongs to functions of another namespace is refused before anything is built or served', async () => {
    const { world } = bench;
    const { host } = world.registry;
    const digest = `sha256:${'0'.repeat(64)}`;
    const other = `${host}/functions/other/hello`;
    const refused = /cannot be used: it belongs to functions of namespace other, .*function-registry/;
    const oci = [
      `docker://${host}/functions/other.sources@${digest}`,
      `docker://${host}/functions/other.sources:latest@${digest}`,
      `docker://${host.replace('127.0.0.1', 'LocalHost')}/functions/other/hello:latest`,
      `docker://${host.replace('127.0.0.1', '127.1')}/functions/other.dependencies:x`,
    ];
    const { runtime, handler } = python('');
    await world.deploy('foreign', { runtime, handler, source: { oci: oci[0] } });
    for (const reference of oci) {
      await world.edit('foreign', { source: { oci: reference } });
      await world.until('foreign', 'InvalidSpec', refused);
    }
    const deployment = (image: string) => ({
      spec: { template: { spec: { containers: [{ image }] } } },
    });
    await world.edit('foreign', { source: null, function: 'x', deployment: deployment(other) });
    await world.until('foreign', 'InvalidSpec', refused);
    await world.edit('foreign', { function: null, deployment: deployment(`docker://${other}:1`) });
    await world.until('foreign', 'InvalidSpec', refused);
    await world.edit('foreign', { deployment: null, image: `docker://${other}@${digest}` });
    await world.until('foreign', 'InvalidSpec', refused);
    assert.equal(world.builds('foreign').length, 0);
    await assert.rejects(world.image('foreign'), { httpStatus: 404 });

    await world.deploy('lender', python('lent'));
    const lent = (await world.until('lender', 'Ready')).status?.image ?? '';
    await world.edit('foreign', { image: lent });
    await world.until('foreign', 'Ready');
    await world.edit('foreign', { image: `docker://${other}:1` });
    await world.until('foreign', 'InvalidSpec', /The version of before is still served\.$/);
    assert.equal((await world.image('foreign')).spec?.['image' as never], lent);
  });
}
