import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { configMaps } from '../../../src/kube/builtin-resources.ts';
import { startRegistry, type ImageRegistry } from '../../helpers/image-registry.ts';
import { repository } from '../../helpers/program.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';
import { makeCertificate } from '../../helpers/test-certificates.ts';

/** Where every container tool of a node looks for the authority of one registry: containers-certs.d(5). */
const certificatesOf = (host: string): string => `/etc/containers/certs.d/${host}`;

export function privateRegistry(current: () => SourceDeploys): void {
  suite('a registry of one’s own, whose certificate no public authority signed', () => {
    const { chain, key } = makeCertificate('127.0.0.1');
    let it: SourceDeploys;
    let registry: ImageRegistry;
    before(async () => {
      it = current();
      registry = await startRegistry({ tls: { chain, key }, port: it.sourcePort });
      await mkdir(certificatesOf(registry.host), { recursive: true });
      await writeFile(join(certificatesOf(registry.host), 'ca.crt'), chain);
      const image = `oci:${join(repository, 'build/images/python3.11')}`;
      await promisify(execFile)('skopeo', [
        'copy',
        '--quiet',
        image,
        `docker://${registry.host}/run/python3.11`,
      ]);
    });
    after(async () => {
      await rm(certificatesOf(registry.host), { recursive: true, force: true });
      await registry[Symbol.asyncDispose]();
    });

    const configure = (data: Record<string, string>) =>
      it.client.mergePatch(configMaps, { namespace: 'kubeless', name: 'kubeless-config' }, { data });

    test('without its authority nothing is sent there, and the condition says why', async () => {
      await configure({
        'function-registry': `${registry.host}/functions`,
        'function-registry-tls-verify': 'true',
        'runtime-registry': `${registry.host}/run`,
      });
      const { exit, stderr } = await it.answer('private', 'signed', '--wait-timeout', '3s');
      assert.notEqual(exit, 0, stderr);
      const object = await it.until('private', 'RegistryFailed');
      assert.match(JSON.stringify(object.status), /self-signed certificate/);
    });

    test('with registry-certificate-authority it is built there, and nodes fetch it from there', async () => {
      await configure({ 'registry-certificate-authority': chain });
      const { exit, stderr } = await it.answer('private', 'trusted');
      assert.equal(exit, 0, stderr);
      assert.deepEqual(await it.call('private'), { status: 200, body: 'trusted' });
      const { status } = await it.get('private');
      assert.ok(status?.image?.includes(`${registry.host}/functions/`), status?.image);
    });
  });
}
