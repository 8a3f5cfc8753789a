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
}
