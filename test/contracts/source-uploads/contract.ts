import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { SourceUploads } from '../../../src/cli/function/source-uploads.ts';
import { leases } from '../../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import type { KubeClient } from '../../../src/kube/client-types.ts';
import { loadKubeconfig } from '../../../src/kube/kubeconfig.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { eventually } from '../../helpers/eventually.ts';
import { startRegistry } from '../../helpers/image-registry.ts';
import { podName, preparePlatform, setPhase, startReplica, type UploadTarget } from './replicas.ts';

/** As the command line sends them; `said` is what it tells the user. */
function uploadsTo(client: KubeClient, platform: string) {
  let said = '';
  const stderr = { isTTY: false, write: (text: string | Uint8Array) => void (said += String(text)) };
  const signal = new AbortController().signal;
  const session = { client: () => Promise.resolve(client), namespace: () => Promise.resolve('default') };
  const io = { env: { KUBELESS_NAMESPACE: platform }, stderr, signal };
  const uploads = new SourceUploads({ session, io, dryRun: false });
  return async (content: Buffer) => {
    said = '';
    return { image: await uploads.ensure(content, 'model.bin'), isSent: said.includes('bytes sent') };
  };
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

    await setPhase(client, { platform, replica: 0, podIP, phase: 'Running' });
    process.kill(programs[0]?.pid ?? 0, 'SIGKILL');
    await programs[0]?.[Symbol.asyncDispose]();
    const { image, isSent } = await send(randomBytes(2 * 1024 * 1024));
    assert.ok(isSent, 'the first pod counts as running and is not there: the second one takes it');
    assert.match(image, /\/default\.sources@sha256:/);
  });
}
