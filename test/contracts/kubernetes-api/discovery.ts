import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { configMap, harness, type StartTarget } from './harness.ts';
import type { Doc } from './raw-client.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** What clients learn about the API, and the forms they can ask for. */
export function discoveryContract(start: StartTarget): void {
  suite('discovery and representations', () => {
    const api = harness(start);

    test('groups, versions and resources', async () => {
      assert.deepEqual((await api.ok('GET', '/api')).versions, ['v1']);
      const groups = await api.ok('GET', '/apis');
      const names = groups.groups.map(({ name }: Doc) => name);
      for (const name of ['apiextensions.k8s.io', 'coordination.k8s.io', 'events.k8s.io'])
        assert.ok(names.includes(name), name);
      const group = await api.ok('GET', '/apis/coordination.k8s.io');
      assert.deepEqual(group.preferredVersion, { groupVersion: 'coordination.k8s.io/v1', version: 'v1' });
      const core = await api.ok('GET', '/api/v1');
      assert.equal(core.groupVersion, 'v1');
      const configMaps = core.resources.find(({ name }: Doc) => name === 'configmaps');
      assert.equal(configMaps.kind, 'ConfigMap');
      assert.equal(configMaps.namespaced, true);
      assert.deepEqual(configMaps.shortNames, ['cm']);
      assert.deepEqual(
        [...configMaps.verbs].map(String).sort((a, b) => a.localeCompare(b)),
        ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      );
    });

    test('aggregated discovery', async () => {
      const { body, headers } = await api.call('GET', '/apis', { accept: aggregated });
      assert.equal(body.kind, 'APIGroupDiscoveryList');
      assert.match(headers['content-type'] ?? '', /g=apidiscovery\.k8s\.io/);
      const group = body.items.find(({ metadata }: Doc) => metadata.name === 'coordination.k8s.io');
      const lease = group.versions
        .find(({ version }: Doc) => version === 'v1')
        .resources.find(({ resource }: Doc) => resource === 'leases');
      assert.equal(lease.scope, 'Namespaced');
      assert.equal(lease.responseKind.kind, 'Lease');
    });

    test('OpenAPI v3 by group and version', async () => {
      const index = await api.ok('GET', '/openapi/v3');
      const { serverRelativeURL } = index.paths['api/v1'];
      const document = await api.ok('GET', serverRelativeURL);
      const schema = document.components.schemas['io.k8s.api.core.v1.ConfigMap'];
      assert.equal(schema.properties.data.additionalProperties.type, 'string');
      assert.ok(
        document.components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'].properties.labels,
      );
      const { patch } = document.paths['/api/v1/namespaces/{namespace}/configmaps/{name}'];
      assert.ok(patch.parameters.some(({ name }: Doc) => name === 'dryRun'));
      assert.ok(patch.requestBody.content['application/strategic-merge-patch+json']);
    });

    test('OpenAPI v2 in JSON', async () => {
      const document = await api.ok('GET', '/openapi/v2');
      assert.equal(document.swagger, '2.0');
      const gvk = document.definitions['io.k8s.api.core.v1.ConfigMap']['x-kubernetes-group-version-kind'];
      assert.deepEqual(gvk, [{ group: '', kind: 'ConfigMap', version: 'v1' }]);
    });

    test('tables', async () => {
      await api.ok('POST', `${api.core}/configmaps`, configMap('tabled', { a: '1', b: '2' }));
      const one = await api.call('GET', `${api.core}/configmaps/tabled`, { accept: table });
      assert.equal(one.body.kind, 'Table');
      assert.equal(one.body.apiVersion, 'meta.k8s.io/v1');
      assert.deepEqual(
        one.body.columnDefinitions.map(({ name }: Doc) => name),
        ['Name', 'Data', 'Age'],
      );
      assert.deepEqual(one.body.rows[0].cells.slice(0, 2), ['tabled', 2]);
      assert.equal(one.body.rows[0].object.kind, 'PartialObjectMetadata');
      const list = await api.call('GET', `${api.core}/configmaps?includeObject=None`, { accept: table });
      assert.equal(list.body.rows[0].object ?? null, null);
      assert.match(list.body.metadata.resourceVersion, /^\d+$/);
      await api.refused(
        { code: 400, reason: 'BadRequest' },
        'GET',
        `${api.core}/configmaps?includeObject=Some`,
        { accept: table },
      );
    });

    test('a watch of tables', async () => {
      const { resourceVersion } = (await api.ok('GET', `${api.core}/configmaps`)).metadata;
      await using stream = await api.client.watch(
        `${api.core}/configmaps?watch=true&timeoutSeconds=30&resourceVersion=${resourceVersion}`,
        { accept: table },
      );
      await api.ok('POST', `${api.core}/configmaps`, configMap('watched-1'));
      await api.ok('POST', `${api.core}/configmaps`, configMap('watched-2'));
      const [first, second] = [await stream.next(), await stream.next()];
      assert.equal(first.object.kind, 'Table');
      assert.equal(first.object.columnDefinitions.length, 3);
      assert.equal(first.object.rows[0].cells[0], 'watched-1');
      assert.equal(second.object.columnDefinitions, null);
      assert.equal(second.object.rows[0].cells[0], 'watched-2');
    });

    test('metadata only', async () => {
      await api.ok('POST', `${api.core}/configmaps`, configMap('partial', { a: '1' }));
      const { body } = await api.call('GET', `${api.core}/configmaps/partial`, { accept: partial });
      assert.equal(body.kind, 'PartialObjectMetadata');
      assert.equal(body.metadata.name, 'partial');
      assert.equal(body.data, undefined);
      const list = await api.call('GET', `${api.core}/configmaps`, {
        accept: partial.replace('Metadata;', 'MetadataList;'),
      });
      assert.equal(list.body.kind, 'PartialObjectMetadataList');
    });

    test('HEAD of health is answered without a body', async () => {
      const { code, text } = await api.call('HEAD', '/healthz');
      assert.ok(code === 200 || code === 405);
      assert.equal(text === '' || code === 405, true);
    });
  });
}
