import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildRequest } from '../../../test/helpers/build-request.ts';
import type { FunctionSpec } from '../../api/function-spec.ts';
import { networkOf } from '../../controllers/container-network.ts';
import { buildJob } from './build-job.ts';

const python = { runtime: 'python3.11', handler: 'hello.handler' };
const go = { runtime: 'go1.19', handler: 'hello.Handler' };

function network(spec: FunctionSpec, container: string): string | undefined {
  const job = buildJob(buildRequest(spec)).spec as {
    template: { metadata: { annotations: Record<string, string> } };
  };
  return networkOf(job.template.metadata.annotations, container);
}

test('what an author or a stranger wrote never reaches the platform', () => {
  for (const container of ['install', 'compile', 'check'])
    assert.notEqual(network({ ...python, function: 'x', deps: 'a==1' }, container), 'platform');
  assert.equal(network({ ...python, function: 'x' }, 'check'), 'none');
});

test('a source has the network that bringing it takes', () => {
  assert.equal(network({ ...python, function: 'x', deps: 'a==1' }, 'prepare'), 'none');
  assert.equal(network({ ...python, source: { url: 'https://example.org/x.py' } }, 'prepare'), 'internet');
  assert.equal(
    network({ ...python, source: { git: { url: 'https://example.org/x' } } }, 'prepare'),
    'internet',
  );
  assert.equal(network({ ...python, source: { oci: 'docker://127.0.0.1:1/x:1' } }, 'prepare'), 'internet');
  assert.equal(network({ ...python, source: { oci: 'docker://registry/x:1' } }, 'prepare'), 'platform');
});

test('what compiles has a network where there may be dependencies', () => {
  assert.equal(network({ ...go, function: 'package x' }, 'compile'), 'none');
  assert.equal(network({ ...go, function: 'package x', deps: 'module function' }, 'compile'), 'internet');
  const zip = { ...go, function: 'UEs=', 'function-content-type': 'base64+zip' };
  assert.equal(network(zip, 'compile'), 'internet');
});
