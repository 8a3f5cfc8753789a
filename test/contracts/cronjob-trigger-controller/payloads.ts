import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMaps } from '../../../src/kube/builtin-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { payloadOf, to, type Current } from './current.ts';

/** Payloads that are too large for an argument. */
export function payloadsContract(current: Current): void {
  test('a large payload comes in a ConfigMap, which is kept and goes with the need for it', async () => {
    const { world, triggers } = current();
    const payload = { text: 'x'.repeat(100_000) };
    await triggers.create('large', to('hello', { payload }));
    await triggers.until('large', 'Ready');
    assert.equal((await payloadOf(world, 'large'))?.data?.['payload'], JSON.stringify(payload));
    assert.ok((await triggers.args('large')).includes('--payload-file=/payload/payload'));
    const { namespace } = world;
    await world.client.mergePatch(
      configMaps,
      { namespace, name: 'large-payload' },
      { data: { payload: '{}' } },
    );
    await eventually(
      'it is as it was',
      async () => (await payloadOf(world, 'large'))?.data?.['payload'] !== '{}',
    );
    await world.client.delete(configMaps, { namespace, name: 'large-payload' });
    await eventually('it is back', () => payloadOf(world, 'large'));
    await triggers.edit('large', { spec: { payload: { text: null } } });
    await eventually('it is gone', async () => (await payloadOf(world, 'large')) === undefined);
    assert.ok((await triggers.args('large')).includes('--payload={}'));
    await triggers.edit('large', { spec: { payload: { text: 'x'.repeat(1_048_576) } } });
    await triggers.until('large', 'InvalidSpec', /spec\.payload has 1048587 bytes/);
  });
}
