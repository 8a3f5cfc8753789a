import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse } from 'yaml';
import { crdFileName } from '../../src/api/crd.ts';
import { imageKind, imageResource, type StoredImage } from '../../src/api/image.ts';
import { apply } from '../../src/kube/apply.ts';
import { customResourceDefinitions, namespaces } from '../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { badNames, badSpecs, goodSpecs, imageObject } from '../fixtures/image-objects.ts';
import { eventually } from '../helpers/eventually.ts';
import type { StartTarget } from './kubernetes-api/harness.ts';

const crdFile = join(import.meta.dirname, '../../deploy/crds', crdFileName(imageKind));

/** An API server takes the generated definition, and good and bad Images as src/api does. */
export function imageKindContract(name: string, start: StartTarget): void {
  suite(`Image kind: ${name}`, () => {
    const namespace = `images-${randomBytes(4).toString('hex')}`;
    const resources = new AsyncDisposableStack();
    let client: KubeClient;
    const object = (spec: unknown, objectName = 'test') =>
      imageObject(spec, objectName, namespace) as StoredImage;
    const create = (spec: unknown, objectName?: string) =>
      client.create(imageResource, object(spec, objectName), { dryRun: true });

    before(async () => {
      const { kubeconfig } = resources.use(await start());
      const connection = await loadKubeconfig(kubeconfig);
      const options = { clock: systemClock, random: Math.random, userAgent: 'contract/1' };
      client = resources.use(createKubeClient({ connection, ...options }));
      const crd = parse(await readFile(crdFile, 'utf8')) as KubeObject;
      await apply(client, customResourceDefinitions, crd);
      await eventually('the kind is served', () => client.list(imageResource).catch(() => undefined));
      await client.create(namespaces, { metadata: { name: namespace } });
    });
    after(async () => {
      await client.delete(namespaces, { name: namespace });
      await resources.disposeAsync();
    });

    for (const [what, spec] of Object.entries(goodSpecs))
      test(`takes ${what}`, async () => {
        assert.deepEqual((await create(spec)).spec, spec);
      });

    for (const [what, { spec, field, hint }] of Object.entries(badSpecs))
      test(`refuses ${what}, and says where and why`, async () => {
        const error = await create(spec).catch((problem: unknown) => problem);
        assert.ok(error instanceof KubeError, 'was taken');
        assert.equal(error.httpStatus, 422);
        assert.ok(error.message.includes(field), error.message);
        assert.match(error.message, hint ?? /./);
      });

    test('refuses names that cannot be a host name', async () => {
      for (const badName of badNames)
        await assert.rejects(create({ image: 'oci:/a' }, badName), { httpStatus: 422 });
    });

    test('status is its own resource, and nodes write their own entries', async () => {
      const created = await client.create(imageResource, {
        ...object({ image: 'oci:/a' }, 'status'),
        status: { message: 'not by create' },
      });
      assert.equal(created.status, undefined);
      const ref = { namespace, name: 'status' };
      const patch = (node: string) => ({
        status: { nodes: { [node]: { ready: true, digest: 'sha256:1' } } },
      });
      for (const node of ['n1', 'n2'])
        await client.mergePatch(imageResource, ref, patch(node), { subresource: 'status' });
      const stored = await client.get(imageResource, ref);
      assert.deepEqual(Object.keys(stored.status?.nodes ?? {}).sort(), ['n1', 'n2']);
      assert.equal(stored.metadata.generation, 1);
      const gone = { status: { nodes: { n1: null } } };
      const rest = await client.mergePatch(imageResource, ref, gone, { subresource: 'status' });
      assert.deepEqual(Object.keys(rest.status?.nodes ?? {}), ['n2']);
      const changed = await client.mergePatch(imageResource, ref, {
        spec: { timeout: 5 },
        status: { message: 'no' },
      });
      assert.deepEqual([changed.metadata.generation, changed.status?.message], [2, undefined]);
    });
  });
}
