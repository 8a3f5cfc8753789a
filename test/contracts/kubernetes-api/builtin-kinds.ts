import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { configMap, harness, type StartTarget } from './harness.ts';
import type { Doc } from './raw-client.ts';

const invalid = { code: 422, reason: 'Invalid' };
const merge = 'application/merge-patch+json';

/** What is particular to the built-in kinds. */
export function builtinKindsContract(start: StartTarget): void {
  suite('built-in kinds', () => {
    const api = harness(start);

    test('ConfigMap: immutable means that', async () => {
      await api.ok('POST', `${api.core}/configmaps`, { ...configMap('frozen', { a: '1' }), immutable: true });
      for (const body of [{ data: { a: '2' } }, { immutable: false }, { immutable: null }]) {
        await api.refused(
          { ...invalid, message: /Forbidden: field is immutable when `immutable` is set/ },
          'PATCH',
          `${api.core}/configmaps/frozen`,
          { body, type: merge },
        );
      }
      await api.ok('PATCH', `${api.core}/configmaps/frozen`, { metadata: { labels: { a: 'b' } } }, merge);
    });

    test('ConfigMap: binaryData is base64, keys are in one of the two', async () => {
      await api.ok('POST', `${api.core}/configmaps`, {
        metadata: { name: 'binary' },
        binaryData: { a: 'AAEC' },
      });
      await api.refused({ code: 400, reason: 'BadRequest' }, 'POST', `${api.core}/configmaps`, {
        body: { metadata: { name: 'b2' }, binaryData: { a: '!!' } },
      });
      await api.refused(invalid, 'POST', `${api.core}/configmaps`, {
        body: { metadata: { name: 'b3' }, data: { a: 'x' }, binaryData: { a: 'AAEC' } },
      });
    });

    test('Secret: stringData goes into data, the type stays', async () => {
      const made = await api.ok('POST', `${api.core}/secrets`, {
        metadata: { name: 'text' },
        data: { a: 'Yg==' },
        stringData: { c: 'd' },
      });
      assert.deepEqual(made.data, { a: 'Yg==', c: 'ZA==' });
      assert.equal(made.stringData, undefined);
      assert.equal(made.type, 'Opaque');
      await api.refused(
        { ...invalid, message: /type: Invalid value: "other": field is immutable/ },
        'PATCH',
        `${api.core}/secrets/text`,
        { body: { type: 'other' }, type: merge },
      );
      const found = await api.ok('GET', `${api.core}/secrets?fieldSelector=type%3DOpaque`);
      assert.deepEqual(
        found.items.map(({ metadata }: Doc) => metadata.name),
        ['text'],
      );
    });

    test('Secret: types ask for keys', async () => {
      await api.refused(
        { ...invalid, message: /data\[\.dockerconfigjson\]: Required value/ },
        'POST',
        `${api.core}/secrets`,
        { body: { metadata: { name: 's' }, type: 'kubernetes.io/dockerconfigjson' } },
      );
      await api.refused(
        { ...invalid, message: /data\[\.dockerconfigjson\]: Invalid value: "<secret contents redacted>"/ },
        'POST',
        `${api.core}/secrets`,
        {
          body: {
            metadata: { name: 's' },
            type: 'kubernetes.io/dockerconfigjson',
            stringData: { '.dockerconfigjson': 'x' },
          },
        },
      );
      await api.refused(
        { ...invalid, message: /data\[tls\.crt\]: Required value/ },
        'POST',
        `${api.core}/secrets`,
        { body: { metadata: { name: 's' }, type: 'kubernetes.io/tls' } },
      );
    });

    test('Service: defaults and mistakes', async () => {
      const made = await api.ok('POST', `${api.core}/services`, {
        metadata: { name: 'web' },
        spec: { clusterIP: 'None', selector: { a: 'b' }, ports: [{ port: 80 }] },
      });
      assert.deepEqual(made.spec, {
        clusterIP: 'None',
        clusterIPs: ['None'],
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        selector: { a: 'b' },
        sessionAffinity: 'None',
        type: 'ClusterIP',
      });
      assert.deepEqual(made.status, { loadBalancer: {} });
      const refuse = (spec: object, message: RegExp): Promise<Doc> =>
        api.refused({ ...invalid, message }, 'POST', `${api.core}/services`, {
          body: { metadata: { name: 'bad' }, spec },
        });
      await refuse({}, /spec\.ports: Required value/);
      await refuse(
        { ports: [{ port: 0 }] },
        /spec\.ports\[0\]\.port: Invalid value: 0: must be between 1 and 65535, inclusive/,
      );
      await refuse({ ports: [{ port: 1 }, { port: 2 }] }, /spec\.ports\[0\]\.name: Required value/);
      await refuse(
        { ports: [{ port: 1, protocol: 'XYZ' }] },
        /spec\.ports\[0\]\.protocol: Unsupported value: "XYZ"/,
      );
      await refuse({ type: 'Odd', ports: [{ port: 1 }] }, /spec\.type: Unsupported value: "Odd"/);
      await refuse({ type: 'ExternalName' }, /spec\.externalName: Required value/);
    });

    test('Lease: times have microseconds, leaders compete by resourceVersion', async () => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${api.namespace}/leases`;
      const spec = {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        renewTime: '2026-01-02T03:04:05.678900Z',
      };
      const made = await api.ok('POST', path, { metadata: { name: 'leader' }, spec });
      assert.equal(made.spec.renewTime, '2026-01-02T03:04:05.678900Z');
      await api.refused({ code: 400, reason: 'BadRequest' }, 'POST', path, {
        body: { metadata: { name: 'inexact' }, spec: { renewTime: '2026-01-02T03:04:05.678Z' } },
      });
      await api.ok('PUT', `${path}/leader`, { ...made, spec: { ...spec, holderIdentity: 'you' } });
      await api.refused({ code: 409, reason: 'Conflict' }, 'PUT', `${path}/leader`, {
        body: { ...made, spec },
      });
      await api.refused(
        { ...invalid, message: /spec\.leaseDurationSeconds: Invalid value: 0: must be greater than 0/ },
        'POST',
        path,
        { body: { metadata: { name: 'zero' }, spec: { leaseDurationSeconds: 0 } } },
      );
    });

    test('Event: one object in two groups', async () => {
      const involvedObject = { kind: 'ConfigMap', name: 'x', namespace: api.namespace, uid: 'u' };
      const body = {
        metadata: { name: 'ev' },
        involvedObject,
        reason: 'Made',
        message: 'it was',
        type: 'Normal',
        lastTimestamp: '2026-01-02T03:04:05Z',
        source: { component: 'test' },
      };
      await api.ok('POST', `${api.core}/events`, body);
      const newer = await api.ok('GET', `/apis/events.k8s.io/v1/namespaces/${api.namespace}/events/ev`);
      assert.equal(newer.note, 'it was');
      assert.deepEqual(newer.regarding, involvedObject);
      assert.deepEqual(newer.deprecatedSource, { component: 'test' });
      const found = await api.ok(
        'GET',
        `${api.core}/events?fieldSelector=involvedObject.name%3Dx,involvedObject.kind%3DConfigMap`,
      );
      assert.equal(found.items.length, 1);
      await api.refused(
        {
          ...invalid,
          message: /involvedObject\.namespace: Invalid value: "other": does not match event\.namespace/,
        },
        'POST',
        `${api.core}/events`,
        {
          body: {
            ...body,
            metadata: { name: 'ev2' },
            involvedObject: { ...involvedObject, namespace: 'other' },
          },
        },
      );
    });

    test('Namespace: names are labels', async () => {
      await api.refused(
        {
          ...invalid,
          message: /metadata\.name: Invalid value: "a\.b": must not contain dots/,
        },
        'POST',
        '/api/v1/namespaces',
        { body: { metadata: { name: 'a.b' } } },
      );
      const made = await api.ok('GET', `/api/v1/namespaces/${api.namespace}`);
      assert.deepEqual(made.spec.finalizers, ['kubernetes']);
      const { items } = await api.ok('GET', '/api/v1/namespaces');
      const names: string[] = items.map(({ metadata }: Doc) => metadata.name);
      assert.ok(names.includes('default') && names.includes('kube-system'));
    });

    test('ServiceAccount: is stored', async () => {
      const made = await api.ok('POST', `${api.core}/serviceaccounts`, {
        metadata: { name: 'bot' },
        imagePullSecrets: [{ name: 'pull' }],
      });
      assert.deepEqual(made.imagePullSecrets, [{ name: 'pull' }]);
    });
  });
}
