import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { parse } from 'yaml';
import { crdYaml } from '../../src/api/crd.ts';
import { apply } from '../../src/kube/apply.ts';
import { customResourceDefinitions, namespaces } from '../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { BadSpec } from '../fixtures/image-objects.ts';
import { kubelessKinds, objectOf, type KindFixture } from '../fixtures/kubeless-kinds.ts';
import { eventually } from '../helpers/eventually.ts';
import type { StartTarget } from './kubernetes-api/harness.ts';

/** An API server takes the generated definitions of the Kubeless kinds, and good and bad objects as src/api does. */
export function kubelessKindsContract(name: string, start: StartTarget): void {
  suite(`Kubeless kinds: ${name}`, () => {
    const namespace = `kubeless-${randomBytes(4).toString('hex')}`;
    const resources = new AsyncDisposableStack();
    let client: KubeClient;
    before(async () => {
      const { kubeconfig } = resources.use(await start());
      const connection = await loadKubeconfig(kubeconfig);
      const options = { clock: systemClock, random: Math.random, userAgent: 'contract/1' };
      client = resources.use(createKubeClient({ connection, ...options }));
      for (const { definition, resource } of kubelessKinds) {
        await apply(client, customResourceDefinitions, parse(crdYaml(definition)) as KubeObject);
        await eventually('the kind is served', () => client.list(resource).catch(() => undefined));
      }
      await client.create(namespaces, { metadata: { name: namespace } });
    });
    after(async () => {
      await client.delete(namespaces, { name: namespace });
      await resources.disposeAsync();
    });
    for (const fixture of kubelessKinds) kindTests(fixture, namespace, () => client);
  });
}

function kindTests(fixture: KindFixture, namespace: string, client: () => KubeClient): void {
  const { definition, resource, good, bad, broken, badNames } = fixture;
  const create = (spec: unknown, name = 'test', dryRun = true) =>
    client().create(resource, objectOf(fixture, spec, name, namespace), { dryRun });

  const refused = async ({ spec, field, hint }: BadSpec): Promise<void> => {
    const error = await create(spec).catch((problem: unknown) => problem);
    assert.ok(error instanceof KubeError, 'was taken');
    assert.equal(error.httpStatus, 422);
    assert.ok(error.message.includes(field), error.message);
    assert.match(error.message, hint ?? /./);
  };

  for (const [what, spec] of Object.entries(good))
    test(`${definition.kind} takes ${what}`, async () => {
      assert.deepEqual((await create(spec)).spec, spec);
    });

  for (const [what, problem] of Object.entries({ ...bad, ...broken }))
    test(`${definition.kind} refuses ${what}, and says where and why`, () => refused(problem));

  test(`${definition.kind}: names and status`, async () => {
    const [spec] = Object.values(good);
    for (const name of badNames) await assert.rejects(create(spec, name), { httpStatus: 422 });
    const { metadata } = await create(spec, 'status', false);
    const ref = { namespace, name: 'status' };
    const status = { status: { message: 'as the platform says', observedGeneration: metadata.generation } };
    const written = await client().mergePatch(resource, ref, status, { subresource: 'status' });
    assert.equal(written.status?.message, 'as the platform says');
    assert.equal(written.metadata.generation, metadata.generation);
    const ignored = await client().mergePatch(resource, ref, { status: { message: 'no' } });
    assert.equal(ignored.status?.message, 'as the platform says');
  });
}
