import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import { rawClient, type Doc, type RawClient, type Reply, type RequestOptions } from './raw-client.ts';

/** Where a running API server is. */
export interface ApiTarget extends AsyncDisposable {
  kubeconfig: string;
}

export type StartTarget = () => Promise<ApiTarget>;

/** What the tests of a suite share: a client, and a namespace of their own. */
export interface Harness {
  readonly client: RawClient;
  readonly kubeconfig: string;
  readonly namespace: string;
  /** `/api/v1/namespaces/<own>` */
  readonly core: string;
  call(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** A call that has to succeed; its body. */
  ok(method: string, path: string, body?: unknown, type?: string): Promise<Doc>;
  /** A call that has to be refused with that code and reason; the Status. */
  refused(expected: Refusal, method: string, path: string, options?: RequestOptions): Promise<Doc>;
}

export interface Refusal {
  code: number;
  reason: string;
  message?: string | RegExp;
}

/** Starts the target before the tests of a suite and gives it up afterwards. */
export function harness(start: StartTarget): Harness {
  let target: ApiTarget | undefined;
  let client: RawClient | undefined;
  const namespace = `contract-${randomBytes(4).toString('hex')}`;
  const core = `/api/v1/namespaces/${namespace}`;
  const call: Harness['call'] = (method, path, options) => current().call(method, path, options);
  const current = (): RawClient => {
    assert.ok(client, 'the target is not started');
    return client;
  };
  before(async () => {
    target = await start();
    client = await rawClient(target.kubeconfig);
    await createNamespace(client, namespace);
  });
  after(async () => {
    await client?.call('DELETE', `/api/v1/namespaces/${namespace}`);
    client?.close();
    await target?.[Symbol.asyncDispose]();
  });
  return {
    get client() {
      return current();
    },
    get kubeconfig() {
      return target?.kubeconfig ?? '';
    },
    namespace,
    core,
    call,
    ok: async (method, path, body, type) => {
      const reply = await call(method, path, { body, ...(type !== undefined && { type }) });
      assert.ok(reply.code < 300, `${method} ${path}: ${reply.code} ${reply.text}`);
      return reply.body;
    },
    refused: async (expected, method, path, options) => {
      const { code, body, text } = await call(method, path, options);
      assert.deepEqual(
        { code, kind: body.kind, reason: body.reason },
        { code: expected.code, kind: 'Status', reason: expected.reason },
        text,
      );
      assert.equal(body.code, code);
      if (typeof expected.message === 'string') assert.equal(body.message, expected.message);
      else if (expected.message) assert.match(body.message, expected.message);
      return body;
    },
  };
}

async function createNamespace(client: RawClient, name: string): Promise<void> {
  const reply = await client.call('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  assert.equal(reply.code, 201, reply.text);
  await eventually('the namespace is active', async () => {
    const { body } = await client.call('GET', `/api/v1/namespaces/${name}`);
    return body.status?.phase === 'Active';
  });
}

export function configMap(name: string, data: Record<string, string> = {}, meta: object = {}): Doc {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...meta }, data };
}
