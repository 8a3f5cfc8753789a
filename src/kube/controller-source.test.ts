import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../test/helpers/eventually.ts';
import { configMap, listOf } from '../../test/helpers/kube-objects.ts';
import { startScriptedApi } from '../../test/helpers/scripted-api.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/log.ts';
import { configMaps, leases, type ConfigMap } from './builtin-resources.ts';
import { informerSource } from './controller-source.ts';
import { Informer } from './informer.ts';
import type { KubeObject } from './objects.ts';
import { controlledBy, ownerKeys } from './owner-references.ts';

function owned(name: string, owner: string, version: string): ConfigMap {
  const object = configMap(name, version);
  const reference = controlledBy(leases, { metadata: { name: owner, uid: `uid-${owner}` } });
  return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
}

test('keys of owners: the controller of the right kind and group, in the namespace of the object', () => {
  const keys = ownerKeys(leases);
  assert.deepEqual(keys(owned('a', 'owner', '1')), ['default/owner']);
  assert.deepEqual(keys(configMap('a', '1')), []);
  const change = (part: object): KubeObject => {
    const object = owned('a', 'owner', '1');
    const references = (object.metadata.ownerReferences ?? []).map((reference) => ({
      ...reference,
      ...part,
    }));
    return { ...object, metadata: { ...object.metadata, ownerReferences: references } };
  };
  assert.deepEqual(keys(change({ controller: false })), []);
  assert.deepEqual(keys(change({ kind: 'Other' })), []);
  assert.deepEqual(keys(change({ apiVersion: 'v1' })), []);
  assert.deepEqual(keys(change({ apiVersion: 'coordination.k8s.io/v1beta1' })), ['default/owner']);
});

test('an object that changes hands concerns its old and its new owner', async () => {
  await using api = await startScriptedApi((exchange) => {
    if (exchange.query.get('watch') !== 'true')
      return exchange.json(200, listOf('1', [owned('a', 'old', '1')]));
    exchange.stream();
    exchange.send({ type: 'MODIFIED', object: owned('a', 'new', '2') });
  });
  const common = { clock: systemClock, random: Math.random, log: silentLogger };
  await using informer = new Informer<ConfigMap>({ client: api.client, resource: configMaps, ...common });
  const source = informerSource(informer, ownerKeys(leases));
  const keys: string[] = [];
  const stop = source.start((key) => keys.push(key));
  informer.start();
  await source.synced();
  await eventually('the change', () => keys.length === 3);
  assert.deepEqual(keys, ['default/old', 'default/old', 'default/new']);
  stop();
});
