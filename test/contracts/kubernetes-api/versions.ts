import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import { harness, type StartTarget } from './harness.ts';
import type { Doc } from './raw-client.ts';
import { widgetCrd } from './widget-crd.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge = 'application/merge-patch+json';
const invalid = { code: 422, reason: 'Invalid' };

/** What happens to objects when their definition changes. */
export function versionsContract(start: StartTarget): void {
  suite('definitions that change', () => {
    const made: string[] = [];
    // First, so that it runs before the client is closed.
    after(async () => {
      for (const group of made) await api.call('DELETE', `${crds}/widgets.${group}`);
    });
    const api = harness(start);
    const define = async (name: string, change: (crd: Doc) => void = () => undefined): Promise<string> => {
      const group = `${api.namespace}.${name}.example.com`;
      const crd = widgetCrd(group);
      change(crd);
      await api.ok('POST', crds, crd);
      made.push(group);
      await eventually(
        'the kind is served',
        async () => (await api.call('GET', `/apis/${group}/v1/widgets`)).code === 200,
      );
      return group;
    };
    const widget = (group: string, name: string, spec: object, version = 'v1'): Doc => {
      return { apiVersion: `${group}/${version}`, kind: 'Widget', metadata: { name }, spec };
    };

    test('two versions are two views of the same objects', async () => {
      const group = await define('two', (crd) => {
        crd.spec.versions.push({
          ...crd.spec.versions[0],
          name: 'v1beta1',
          storage: false,
          deprecated: true,
        });
      });
      const path = (version: string): string =>
        `/apis/${group}/${version}/namespaces/${api.namespace}/widgets`;
      await eventually('both are served', async () => (await api.call('GET', path('v1beta1'))).code === 200);
      const old = await api.call('POST', path('v1beta1'), {
        body: widget(group, 'w', { size: 2 }, 'v1beta1'),
      });
      assert.equal(old.code, 201, old.text);
      assert.match(String(old.headers.warning), /v1beta1 Widget is deprecated/);
      const now = await api.ok('GET', `${path('v1')}/w`);
      assert.equal(now.apiVersion, `${group}/v1`);
      assert.equal(now.metadata.uid, old.body.metadata.uid);
      assert.equal((await api.ok('GET', path('v1beta1'))).items[0].apiVersion, `${group}/v1beta1`);
      const discovered = await api.ok('GET', `/apis/${group}`);
      assert.deepEqual(
        discovered.versions.map(({ version }: Doc) => version),
        ['v1', 'v1beta1'],
      );
    });

    test('a cluster-wide kind', async () => {
      const group = await define('wide', (crd) => (crd.spec.scope = 'Cluster'));
      const wide = await api.ok('POST', `/apis/${group}/v1/widgets`, widget(group, 'w', { size: 2 }));
      assert.equal(wide.metadata.namespace, undefined);
      assert.equal((await api.call('GET', `/apis/${group}/v1/namespaces/default/widgets`)).code, 404);
    });

    test('a stricter schema leaves what is there alone until it is touched', async () => {
      const group = await define('strict');
      const path = `/apis/${group}/v1/namespaces/${api.namespace}/widgets`;
      await api.ok('POST', path, widget(group, 'old', { size: 9, colour: 'red' }));
      const crd = await api.ok('GET', `${crds}/widgets.${group}`);
      crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.size.maximum = 5;
      await api.ok('PUT', `${crds}/widgets.${group}`, crd);
      await eventually('the new schema holds', async () => {
        return (
          (await api.call('POST', `${path}?dryRun=All`, { body: widget(group, 'probe', { size: 9 }) }))
            .code === 422
        );
      });
      await api.ok('PATCH', `${path}/old`, { metadata: { labels: { a: 'b' } } }, merge);
      await api.ok('PATCH', `${path}/old`, { spec: { colour: 'green' } }, merge);
      await api.ok('PATCH', `${path}/old/status`, { status: { ready: 1 } }, merge);
      await api.refused({ ...invalid, message: /spec\.size/ }, 'PATCH', `${path}/old`, {
        body: { spec: { size: 8 } },
        type: merge,
      });
    });

    test('a new default shows in old objects, a removed field is gone', async () => {
      const group = await define('fields', (crd) => {
        delete crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.colour.default;
      });
      const path = `/apis/${group}/v1/namespaces/${api.namespace}/widgets`;
      await api.ok('POST', path, widget(group, 'old', { size: 2, name: 'abc' }));
      const crd = await api.ok('GET', `${crds}/widgets.${group}`);
      const { properties } = crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
      properties.colour.default = 'green';
      delete properties.name;
      crd.spec.versions[0].schema.openAPIV3Schema.properties.spec['x-kubernetes-validations'] = [];
      await api.ok('PUT', `${crds}/widgets.${group}`, crd);
      await eventually('the object shows both', async () => {
        const { spec } = await api.ok('GET', `${path}/old`);
        return spec.colour === 'green' && spec.name === undefined;
      });
    });
  });
}
