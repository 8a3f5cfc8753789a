import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  buildRequest,
  containersOf,
  jobPod,
  type RequestChanges,
} from '../../../test/helpers/build-request.ts';
import type { KubelessFunction } from '../../api/function.ts';
import { buildJob, checkAnnotation } from './build-job.ts';

const python = { runtime: 'python3.11', handler: 'hello.handler', function: 'x' };
const command = 'timeout --kill-after=2 60 /usr/bin/python3.11 /opt/kontain/python --check 1>&2';

const containers = (spec: KubelessFunction['spec'], changes: RequestChanges = {}) =>
  containersOf(buildRequest(spec, changes));
const markOf = (spec: KubelessFunction['spec'], changes: RequestChanges = {}) =>
  buildJob(buildRequest(spec, changes)).metadata.annotations?.[checkAnnotation];

suite('the check of a build', () => {
  test('the runtime’s image by digest loads the function where a call will: no writing, no more memory', () => {
    const { check, build, ...others } = containers(python);
    assert.deepEqual(Object.keys(others), []);
    assert.equal(check?.image, build?.args[0]?.slice('--runtime-image=docker://'.length));
    assert.deepEqual(check?.args, [command]);
    assert.deepEqual(check.volumeMounts, [
      { name: 'source', mountPath: '/kubeless/hello.py', subPath: 'function', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ]);
    assert.deepEqual(check.resources, { limits: { memory: String(256 * 1024 ** 2) } });
    assert.equal(check.securityContext.readOnlyRootFilesystem, true);
    const env = Object.fromEntries(check.env.map(({ name, value }) => [name, value]));
    assert.deepEqual(env, {
      MOD_NAME: 'hello',
      FUNC_HANDLER: 'handler',
      FUNC_RUNTIME: 'python3.11',
      KUBELESS_INSTALL_VOLUME: '/kubeless',
      PYTHONPATH: '/kubeless/lib/python3.11/site-packages:/kubeless',
      FUNC_TIMEOUT: '180',
      FUNC_MEMORY_LIMIT: '0',
    });
  });

  test('variables are those of a call; none is expanded, and a Secret that is missing is not waited for', () => {
    const secretKeyRef = { name: 'db', key: 'url' };
    const env = [
      { name: 'A', value: '$(HOME)' },
      { name: 'DB', valueFrom: { secretKeyRef } },
    ];
    const { check } = containers({ ...python, env, resources: { memory: '1Gi' } });
    assert.deepEqual(check?.env.slice(-2), [
      { name: 'A', value: '$$(HOME)' },
      { name: 'DB', valueFrom: { secretKeyRef: { ...secretKeyRef, optional: true } } },
    ]);
    assert.deepEqual(check.resources, { limits: { memory: String(1152 * 1024 ** 2) } });
  });

  test('files are those of a call; none is waited for, and where no pod can mount them nothing is checked', () => {
    const file = {
      mountPath: '/etc/mail',
      sources: [{ secret: { name: 'mail' } }, { configMap: { name: 'm' } }],
      subPath: 'key',
    };
    const of = buildRequest({ ...python, files: [file] });
    const { check } = containersOf(of);
    assert.deepEqual(check?.volumeMounts.at(-1), {
      name: 'file-0',
      mountPath: '/etc/mail',
      readOnly: true,
      subPath: 'key',
    });
    assert.deepEqual(jobPod(of).volumes.at(-1), {
      name: 'file-0',
      projected: {
        sources: [{ secret: { name: 'mail', optional: true } }, { configMap: { name: 'm', optional: true } }],
      },
    });
    const between = { ...file, mountPath: '/kubeless/etc' };
    assert.equal(containers({ ...python, files: [between] })['check'], undefined);
  });

  test('dependencies that were just installed are copied beside the function', () => {
    const dependencies = { image: 'docker://registry/deps:1', exists: false };
    const it = containers({ ...python, deps: 'a==1' }, { dependencies });
    assert.deepEqual(Object.keys(it), ['prepare', 'install', 'check', 'build']);
    assert.equal(it['check']?.args[0], `cp -R /dependencies/. /function/. /kubeless/ && ${command}`);
    const places = it['check']?.volumeMounts.map(({ name, mountPath }) => `${name} ${mountPath}`);
    assert.deepEqual(places, [
      'function /function',
      'dependencies /dependencies',
      'checked /kubeless',
      'tmp /tmp',
    ]);
  });

  test('dependencies of an earlier build are fetched for it', () => {
    const dependencies = { image: 'docker://registry/deps:1', exists: true };
    const it = containers({ ...python, deps: 'a==1' }, { dependencies, insecureRegistry: true });
    assert.deepEqual(Object.keys(it), ['fetch', 'check', 'build']);
    assert.deepEqual(it['fetch']?.args, [
      '--dependencies-image=docker://registry/deps:1',
      '--output=/dependencies',
      '--tls-verify=false',
    ]);
    assert.match(
      it['check']?.args[0] ?? '',
      /^cp -R \/dependencies\/kubeless\/\. \/function\/\. \/kubeless\//,
    );
    const files = it['check']?.volumeMounts.flatMap(({ subPath, mountPath }) => (subPath ? [mountPath] : []));
    assert.deepEqual(files, ['/function/hello.py', '/function/requirements.txt']);
  });

  test('the runtime’s image is pulled with the credentials that the build reads it with', () => {
    const { imagePullSecrets } = jobPod(buildRequest(python));
    assert.deepEqual(imagePullSecrets, [{ name: 'kubeless-registry-credentials' }]);
  });

  test('where nobody knows what a call will run, nothing is checked', () => {
    for (const more of [{ runtime: 'go1.19' }, { runtime: 'cgi' }, { command: ['/other'] }])
      assert.equal(containers({ ...python, ...more })['check'], undefined);
    assert.equal(containers(python, { ownImage: 'own/base:1' })['check'], undefined);
  });

  test('what it depends on beside the source marks the Job: after a failure, a change of that tries again', () => {
    const variants = [
      markOf(python),
      markOf({ ...python, env: [{ name: 'A', value: '1' }] }),
      markOf({ ...python, resources: { memory: '1Gi' } }),
      markOf(python, { ownImage: 'own/base:1' }),
    ];
    assert.equal(new Set(variants).size, variants.length);
    assert.equal(markOf({ ...python, concurrency: 3 }), markOf(python));
  });
});
