import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { crdYaml } from '../../src/api/crd.ts';
import { applyMergePatch, type JsonObject } from '../../src/kube/merge-patch.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { kubelessExport } from '../fixtures/kubeless-export.ts';
import { kubelessKinds } from '../fixtures/kubeless-kinds.ts';
import { eventually } from '../helpers/eventually.ts';
import { kubectl, type Kubectl, type KubectlVersion } from '../helpers/kubectl.ts';
import { repository } from '../helpers/program.ts';
import type { StartTarget } from './kubernetes-api/harness.ts';

/** The filter of the guide, as it is written there. */
export function exportFilter(): string {
  const guide = readFileSync(join(repository, 'docs/guides/moving-from-kubeless.md'), 'utf8');
  const [, filter] = /^ *kubectl get functions.* -o yaml \| (sed .*) > kubeless\.yaml$/m.exec(guide) ?? [];
  assert.ok(filter, 'the guide has the filter');
  return filter;
}

/** Objects of a cluster with Kubeless, as kubectl exports them, go into this one as the guide says. */
export function movingContract(name: string, start: StartTarget, versions: readonly KubectlVersion[]): void {
  for (const { version, path } of versions)
    suite(`moving from Kubeless with kubectl ${version}: ${name}`, () => {
      const resources = new AsyncDisposableStack();
      const folder = mkdtempSync(join(tmpdir(), 'kontain-moving-'));
      const namespaces = ['apply', 'create', 'again'].map(
        (how) => `${how}-${randomBytes(4).toString('hex')}`,
      );
      const [applied = '', created = '', again = ''] = namespaces;
      let cli: Kubectl;
      before(async () => {
        const { kubeconfig } = resources.use(await start());
        cli = kubectl(path, kubeconfig, join(folder, 'cache'));
        for (const { definition } of kubelessKinds)
          await cli.send(parse(crdYaml(definition)) as object, 'apply', '--validate=false');
        await eventually('the kinds are served', async () => {
          const kinds = 'functions,httptriggers,cronjobtriggers';
          return (await cli.try('get', kinds, '-A')).code === 0;
        });
        for (const namespace of namespaces) await cli.run('create', 'namespace', namespace);
      });
      after(async () => {
        // Nobody takes the finalizers away here.
        for (const namespace of namespaces)
          for (const kind of ['functions', 'httptriggers', 'cronjobtriggers']) {
            const patch = ['--type=merge', '-p', '{"metadata":{"finalizers":null}}'];
            const names = await cli.run('get', kind, '-n', namespace, '-o', 'name');
            for (const object of names.split('\n').filter(Boolean))
              await cli.run('patch', object, '-n', namespace, ...patch);
          }
        await cli.run('delete', 'namespace', '--wait=false', ...namespaces);
        await resources.disposeAsync();
        rmSync(folder, { recursive: true });
      });

      const file = (namespace: string): string => {
        const at = join(folder, `${namespace}.yaml`);
        writeFileSync(at, stringify(kubelessExport(namespace), { indentSeq: false }));
        return at;
      };
      const filtered = (namespace: string): string => {
        const input = readFileSync(file(namespace));
        const at = join(folder, `${namespace}-filtered.yaml`);
        writeFileSync(at, execFileSync('sh', ['-c', exportFilter()], { input }));
        return at;
      };
      async function check(namespace: string): Promise<void> {
        const wanted = kubelessExport(namespace) as { items: KubeObject[] };
        for (const object of wanted.items) {
          const name = `${object.kind ?? ''}.kubeless.io/${object.metadata.name ?? ''}`;
          const text = await cli.run('get', name, '-n', namespace, '-o', 'json');
          const stored = JSON.parse(text) as KubeObject & { spec: unknown; status?: unknown };
          // Newer kubectl leave nulls out themselves when they apply.
          const said = (spec: unknown) => applyMergePatch({}, spec as JsonObject);
          assert.deepEqual(said(stored.spec), said((object as typeof stored).spec));
          assert.deepEqual(stored.metadata.finalizers, object.metadata.finalizers);
          assert.deepEqual(stored.metadata.labels, object.metadata.labels);
          assert.equal(stored.metadata.annotations?.['team'], 'a');
          assert.notEqual(stored.metadata.uid, object.metadata.uid);
          assert.notEqual(stored.metadata.creationTimestamp, object.metadata.creationTimestamp);
          assert.equal(stored.status, undefined);
        }
      }

      test('the filter takes nothing but what the old cluster kept about an object', () => {
        const whole = parse(readFileSync(file(applied), 'utf8')) as { items: KubeObject[] };
        const { items } = parse(readFileSync(filtered(applied), 'utf8')) as { items: KubeObject[] };
        for (const { metadata } of whole.items)
          for (const key of ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'selfLink'])
            Reflect.deleteProperty(metadata, key);
        assert.deepEqual(items, whole.items);
      });

      test('apply as the guide says, as often as one likes, and with another runtime', async () => {
        const path = filtered(applied);
        assert.match(await cli.run('apply', '-f', path), /moved created/);
        await check(applied);
        await cli.run('apply', '-f', path);
        await check(applied);
        writeFileSync(path, readFileSync(path, 'utf8').replace('runtime: python3.8', 'runtime: python3.11'));
        assert.match(await cli.run('apply', '-f', path), /moved configured/);
      });

      test('create takes the export as it is', async () => {
        await cli.run('create', '-f', file(created));
        await check(created);
      });

      // kubectl tries for four seconds an object, whichever version.
      const skip = version !== versions.at(-1)?.version;
      test(
        'apply of an export as it is works once: the second one is about another object',
        { skip },
        async () => {
          const { items } = kubelessExport(again) as { items: object[] };
          const [, trigger = {}] = items;
          await cli.send(trigger, 'apply');
          await assert.rejects(cli.send(trigger, 'apply'), /Conflict|modified|Precondition/i);
        },
      );
    });
}
