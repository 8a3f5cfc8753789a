import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { sourceUploadsContract } from './source-uploads/contract.ts';
import { podName, type UploadTarget } from './source-uploads/replicas.ts';

const platform = 'platform';

async function start(): Promise<UploadTarget> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'kontain-uploads-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const replicas = [9000, 9001].map((port) => ({ port, address: join(folder, `${port}.sock`) }));
  const proxies = replicas.map(
    ({ port, address }, replica) => `--proxy=${platform}/${podName(replica)}:${port}=${address}`,
  );
  const { kubeconfig } = stack.use(await startEmbeddedApi(proxies));
  const own = stack.move();
  const end = () => own.disposeAsync();
  return { kubeconfig, platform, replicas, podIP: '127.0.0.1', [Symbol.asyncDispose]: end };
}

sourceUploadsContract('embedded API server', start);
