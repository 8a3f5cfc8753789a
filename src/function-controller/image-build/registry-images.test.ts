import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../../../test/helpers/serve.ts';
import { RegistryClient } from '../../oci/registry/registry-client.ts';
import { RegistryConnection } from '../../oci/registry/registry-connection.ts';
import { RegistryImages } from './registry-images.ts';

test('an image that was not there is known as absent for a moment, until it is seen', async () => {
  await using stack = new AsyncDisposableStack();
  let content: Buffer | undefined;
  const server = stack.use(await serve(() => content));
  const connection = stack.use(new RegistryConnection({ isInsecure: () => true }));
  let nowMs = 0;
  const images = new RegistryImages(new RegistryClient(connection), { monotonic: () => nowMs });
  const image = `docker://${new URL(server.url).host}/a:b`;
  const digest = () => images.digest(image, new Map(), new AbortController().signal);
  assert.equal(images.wasAbsent(image), false);
  assert.equal(await digest(), undefined);
  assert.equal(images.wasAbsent(image), true);
  nowMs += 5000;
  assert.equal(images.wasAbsent(image), false);
  await digest();
  content = Buffer.from('{}');
  assert.match((await digest()) ?? '', /^sha256:/);
  assert.equal(images.wasAbsent(image), false);
});
