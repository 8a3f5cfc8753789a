import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { functionResource } from '../../../src/api/function.ts';
import { SourceUploads } from '../../../src/cli/function/source-uploads.ts';
import { leases } from '../../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import type { KubeClient } from '../../../src/kube/client-types.ts';
import { loadKubeconfig } from '../../../src/kube/kubeconfig.ts';
import { sourceMediaType } from '../../../src/function-controller/sources/source-manifest.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { tagArtifact } from '../../../src/oci/registry/push-artifact.ts';
import { RegistryClient } from '../../../src/oci/registry/registry-client.ts';
import { RegistryConnection } from '../../../src/oci/registry/registry-connection.ts';
import { eventually } from '../../helpers/eventually.ts';
import { startRegistry, type ImageRegistry } from '../../helpers/image-registry.ts';
import { podName, preparePlatform, setPhase, startReplica, type UploadTarget } from './replicas.ts';

/** As the command line sends them; `said` is what it tells the user. */
function uploadsTo(client: KubeClient, platform: string) {
  let said = '';
  const stderr = { isTTY: false, write: (text: string | Uint8Array) => void (said += String(text)) };
  const signal = new AbortController().signal;
  const session = { client: () => Promise.resolve(client), namespace: () => Promise.resolve('default') };
  const io = { env: { KUBELESS_NAMESPACE: platform }, stderr, signal };
  const uploads = new SourceUploads({ session, io, dryRun: false });
  return async (content: Buffer, functionName = 'absent') => {
    said = '';
    const source = { name: 'model.bin', functionName };
    return { image: await uploads.ensure(content, source), isSent: said.includes('bytes sent') };
  };
}

/** The manifest of a source as it would be if it had been sent an hour ago. */
async function putOldManifest(registry: ImageRegistry, content: Buffer): Promise<string> {
  await using connection = new RegistryConnection({ isInsecure: () => true });
  const sha256 = createHash('sha256').update(content).digest('hex');
  const repository = `${registry.host}/functions/default.sources`;
  const target = parseReference(`docker://${repository}:${sha256}`);
  assert.ok(target.transport === 'docker');
  const annotations = {
    'org.opencontainers.image.created': new Date(Date.now() - 3_600_000).toISOString(),
  };
  const layer = { mediaType: sourceMediaType, digest: `sha256:${sha256}`, size: content.length };
  const access = { auths: new Map<string, string>(), signal: new AbortController().signal };
  const client = new RegistryClient(connection);
  const digest = await tagArtifact(client, target, { ...layer, annotations }, access);
  return `docker://${repository}@${digest}`;
}

/** Two function-controllers, one of which leads: either takes sources. */
export function sourceUploadsContract(
  name: string,
  start: () => Promise<UploadTarget>,
  options: { skip?: string | false } = {},
): void {
  test(`sources are taken by whichever controller is asked: ${name}`, options, async () => {
    await using stack = new AsyncDisposableStack();
    const registry = stack.use(await startRegistry());
    const target = stack.use(await start());
    const { platform, podIP, kubeconfig } = target;
    const connection = await loadKubeconfig(kubeconfig);
    const common = { clock: systemClock, random: Math.random, userAgent: 'test' };
    const client = stack.use(createKubeClient({ connection, ...common }));
    await preparePlatform(client, platform, registry);
    const replicas = [0, 1].map(async (replica) => stack.use(await startReplica(client, target, replica)));
    const programs = await Promise.all(replicas);
    const lease = { namespace: platform, name: 'kontain-function-controller' };
    await eventually('one of them leads', async () =>
      client.get(leases, lease).then(
        ({ spec }) => /^controllers-[01]_/.test(spec?.holderIdentity ?? ''),
        () => false,
      ),
    );
    const send = uploadsTo(client, platform);
    const content = randomBytes(2 * 1024 * 1024);
    for (const replica of [0, 1]) {
      // The other one is not chosen, so this is the one that is asked.
      await setPhase(client, { platform, replica: 1 - replica, podIP, phase: 'Pending' });
      await setPhase(client, { platform, replica, podIP, phase: 'Running' });
      assert.ok((await send(randomBytes(2 * 1024 * 1024))).isSent, podName(replica));
      assert.equal((await send(content)).isSent, replica === 0, 'what one has stored the other knows');
    }

    // The collector may be about to remove an old one; that of the Function itself stays what it is.
    const oci = await putOldManifest(registry, content);
    const checksum = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const spec = { runtime: 'python3.11', handler: 'a.b', checksum, source: { oci, archive: 'none' } };
    const head = { apiVersion: 'kubeless.io/v1beta1', kind: 'Function' };
    const metadata = { namespace: 'default', name: 'holds' };
    await client.create(functionResource, { ...head, metadata, spec });
    assert.deepEqual(await send(content, 'holds'), { image: oci, isSent: false });
    const renewed = await send(content, 'other');
    assert.equal(renewed.isSent, false);
    assert.notEqual(renewed.image, oci);
    assert.deepEqual(await send(content, 'other'), renewed, 'for some minutes');

    await setPhase(client, { platform, replica: 0, podIP, phase: 'Running' });
    process.kill(programs[0]?.pid ?? 0, 'SIGKILL');
    await programs[0]?.[Symbol.asyncDispose]();
    const { image, isSent } = await send(randomBytes(2 * 1024 * 1024));
    assert.ok(isSent, 'the first pod counts as running and is not there: the second one takes it');
    assert.match(image, /\/default\.sources@sha256:/);
  });
}
