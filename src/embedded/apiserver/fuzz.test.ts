import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import { ObjectStore } from '../store/object-store.ts';
import { servingCertificate } from './security/certificates.ts';
import { ApiServer } from './server.ts';

suite('API server under nonsense', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-api-fuzz-'));
  const store = new ObjectStore({ file: join(folder, 'state.sqlite') });
  let server: ApiServer;
  let agent: Agent;
  let url = '';
  before(async () => {
    const certificate = await servingCertificate(folder, systemClock);
    server = new ApiServer({
      store,
      certificate,
      token: 't',
      clock: systemClock,
      newUid: randomUUID,
      log: silentLogger,
      home: folder,
      proxyTargets: new Map(),
    });
    agent = new Agent({ ca: certificate.ca, keepAlive: true });
    url = await server.listen(0);
  });
  after(async () => {
    agent.destroy();
    await server[Symbol.asyncDispose]();
    store[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  const call = (
    method: string,
    path: string,
    type: string,
    body: string | undefined,
  ): Promise<[number, string]> => {
    const { promise, resolve, reject } = Promise.withResolvers<[number, string]>();
    // Node.js leaves the length out of requests that usually have no body.
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const headers = { Authorization: 'Bearer t', 'Content-Type': type, ...length };
    const message = request(url + path, { method, agent, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    message.on('error', reject).end(body);
    return promise;
  };

  const kinds = ['configmaps', 'secrets', 'services', 'events', 'serviceaccounts', 'nonsense'];
  const root = fc.constantFrom(
    '/api/v1',
    '/apis/coordination.k8s.io/v1',
    '/apis/apiextensions.k8s.io/v1',
    '/apis/events.k8s.io/v1',
    '/openapi',
    '/%00',
    '//',
    '/apis',
  );
  const segment = fc.constantFrom(
    'namespaces',
    'default',
    ...kinds,
    'leases',
    'customresourcedefinitions',
    'a',
    'status',
    '%2e%2e',
    '..',
    '%zz',
  );
  const path = fc
    .tuple(root, fc.array(segment, { maxLength: 5 }))
    .map(([start, rest]) => [start, ...rest].join('/'));
  const parameter = fc.tuple(
    fc.constantFrom(
      'limit',
      'continue',
      'labelSelector',
      'fieldSelector',
      'resourceVersion',
      'resourceVersionMatch',
      'dryRun',
      'fieldValidation',
      'propagationPolicy',
      'includeObject',
    ),
    fc.constantFrom('', '1', '-1', 'All', 'Exact', 'a=b', 'metadata.name=a', 'x', '%F0%9F%92%A9'),
  );
  const query = fc
    .array(parameter, { maxLength: 3 })
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));
  const field = fc.constantFrom(
    'metadata',
    'name',
    'spec',
    'data',
    'status',
    'labels',
    'ports',
    'finalizers',
    'ownerReferences',
    'kind',
    'apiVersion',
    'versions',
    'names',
    'group',
    '__proto__',
    'constructor',
    'involvedObject',
    'eventTime',
    'type',
  );
  const { value: document } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('a', 'v1', '', null, true, 0, -1, 1.5, 'Widget', '2026-01-01T00:00:00Z'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(field, tie('value'), { maxKeys: 4 }),
    ),
  }));
  const object = fc.record(
    {
      metadata: fc.oneof(fc.constant({ name: 'a' }), fc.dictionary(field, document)),
      spec: document,
      data: document,
      status: document,
    },
    { requiredKeys: ['metadata'] },
  );
  const body = fc.oneof(
    object.map((value) => JSON.stringify(value)),
    document.map((value) => JSON.stringify(value) ?? ''),
    fc.string(),
  );
  const type = fc.constantFrom(
    'application/json',
    'application/yaml',
    'application/merge-patch+json',
    'application/json-patch+json',
    'application/strategic-merge-patch+json',
    'application/vnd.kubernetes.protobuf',
    'text/plain',
  );
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS');

  test('every request gets an answer that blames its sender, never a 500', async () => {
    await fc.assert(
      fc.asyncProperty(method, path, query, type, body, async (verb, target, search, mediaType, text) => {
        const payload = verb === 'GET' || verb === 'HEAD' ? undefined : text;
        const [code, answer] = await call(verb, `${target}?${search}`, mediaType, payload);
        assert.ok(
          code >= 200 && code < 500,
          `${verb} ${target}?${search} ${mediaType} ${text}: ${code} ${answer}`,
        );
      }),
      { numRuns: 1500 },
    );
    assert.equal((await call('GET', '/readyz', 'text/plain', undefined))[0], 200);
  });
  test('deep nesting is refused', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    for (const text of ['['.repeat(50_000), `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`]) {
      for (const mediaType of ['application/json', 'application/yaml']) {
        assert.equal((await call('POST', path, mediaType, text))[0], 400);
      }
    }
  });

  test('objects of random shape on real kinds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds.slice(0, 5)),
        fc.constantFrom('POST', 'PUT', 'PATCH'),
        object,
        async (kind, verb, value) => {
          const target = `/api/v1/namespaces/default/${kind}${verb === 'POST' ? '' : '/a'}`;
          const mediaType = verb === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
          const [code, answer] = await call(verb, target, mediaType, JSON.stringify(value));
          assert.ok(
            code >= 200 && code < 500,
            `${verb} ${target} ${JSON.stringify(value)}: ${code} ${answer}`,
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('definitions of random shape', async () => {
    const schema = fc.dictionary(
      fc.constantFrom(
        'type',
        'properties',
        'items',
        'default',
        'enum',
        'pattern',
        'required',
        'x-kubernetes-list-type',
        'x-kubernetes-validations',
        'additionalProperties',
        'maximum',
        'oneOf',
        'not',
      ),
      document,
    );
    const version = fc.record(
      {
        name: fc.constant('v1'),
        served: fc.constant(true),
        storage: fc.constant(true),
        schema: fc.oneof(
          document,
          fc.record({
            openAPIV3Schema: fc.oneof(
              document,
              schema.map((value) => ({ type: 'object', ...value })),
            ),
          }),
        ),
        additionalPrinterColumns: document,
        subresources: document,
        selectableFields: document,
      },
      { requiredKeys: ['name', 'served', 'storage'] },
    );
    const crd = fc.record({
      group: fc.constant('example.com'),
      scope: fc.constant('Namespaced'),
      names: fc.oneof(document, fc.constant({ plural: 'widgets', kind: 'Widget' })),
      versions: fc.oneof(document, fc.array(version, { maxLength: 2 })),
    });
    await fc.assert(
      fc.asyncProperty(crd, async (spec) => {
        const text = JSON.stringify({ metadata: { name: 'widgets.example.com' }, spec });
        const [code, answer] = await call(
          'POST',
          '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
          'application/json',
          text,
        );
        assert.ok(code >= 200 && code < 500, `${text}: ${code} ${answer}`);
        if (code !== 201) return;
        for (const probe of [
          '/openapi/v2',
          '/openapi/v3',
          '/apis/example.com/v1',
          '/apis/example.com/v1/widgets',
        ]) {
          assert.ok((await call('GET', probe, 'text/plain', undefined))[0] < 500, `${text}: ${probe}`);
        }
        const widget = JSON.stringify({
          apiVersion: 'example.com/v1',
          kind: 'Widget',
          metadata: { name: 'a' },
          spec: { a: 1 },
        });
        assert.ok(
          (
            await call('POST', '/apis/example.com/v1/namespaces/default/widgets', 'application/json', widget)
          )[0] < 500,
          text,
        );
        await call(
          'DELETE',
          '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com',
          'application/json',
          undefined,
        );
      }),
      { numRuns: 600 },
    );
  });
});
