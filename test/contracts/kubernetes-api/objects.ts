import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { configMap, harness, type StartTarget } from './harness.ts';

const conflict = { code: 409, reason: 'Conflict' };
const invalid = { code: 422, reason: 'Invalid' };
const badRequest = { code: 400, reason: 'BadRequest' };

/** Create, get, replace: what every kind does. */
export function objectsContract(start: StartTarget): void {
  suite('objects', () => {
    const api = harness(start);

    test('create fills in what the server owns', async () => {
      const body = configMap('made', { a: '1' }, { uid: 'mine', creationTimestamp: null });
      const made = await api.ok('POST', `${api.core}/configmaps`, body);
      assert.equal(made.apiVersion, 'v1');
      assert.equal(made.kind, 'ConfigMap');
      assert.equal(made.metadata.namespace, api.namespace);
      assert.match(made.metadata.uid, /^[0-9a-f-]{36}$/);
      assert.match(made.metadata.creationTimestamp, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
      assert.match(made.metadata.resourceVersion, /^[1-9]\d*$/);
      const { managedFields: _made, ...metadata } = made.metadata;
      const got = await api.ok('GET', `${api.core}/configmaps/made`);
      const { managedFields: _got, ...gotMetadata } = got.metadata;
      assert.deepEqual({ ...got, metadata: gotMetadata }, { ...made, metadata });
    });

    test('create answers 201, then AlreadyExists', async () => {
      const first = await api.call('POST', `${api.core}/configmaps`, { body: configMap('twice') });
      assert.equal(first.code, 201);
      const status = await api.refused(
        { code: 409, reason: 'AlreadyExists', message: 'configmaps "twice" already exists' },
        'POST',
        `${api.core}/configmaps`,
        { body: configMap('twice') },
      );
      assert.deepEqual(status.details, { name: 'twice', kind: 'configmaps' });
    });

    test('generateName makes distinct names', async () => {
      const body = { metadata: { generateName: 'gen-' } };
      const made = await Promise.all([1, 2, 3].map(() => api.ok('POST', `${api.core}/configmaps`, body)));
      const names = made.map(({ metadata }) => metadata.name);
      assert.equal(new Set(names).size, 3);
      for (const name of names) assert.match(name, /^gen-[a-z0-9]{5}$/);
    });

    test('names, labels and annotations are validated with the field in the message', async () => {
      const status = await api.refused(
        {
          ...invalid,
          message:
            /^ConfigMap "Up" is invalid: metadata\.name: Invalid value: "Up": a lowercase RFC 1123 subdomain must consist of/,
        },
        'POST',
        `${api.core}/configmaps`,
        { body: configMap('Up') },
      );
      assert.equal(status.details.causes[0].field, 'metadata.name');
      assert.equal(status.details.causes[0].reason, 'FieldValueInvalid');
      await api.refused(
        { ...invalid, message: /metadata\.name: Required value: name or generateName is required/ },
        'POST',
        `${api.core}/configmaps`,
        { body: { metadata: {} } },
      );
      await api.refused(
        { ...invalid, message: /metadata\.labels: Invalid value: "-bad-": a valid label must be/ },
        'POST',
        `${api.core}/configmaps`,
        { body: configMap('l', {}, { labels: { a: '-bad-' } }) },
      );
      await api.refused(
        { ...invalid, message: /metadata\.labels: Invalid value: "a b": name part must consist of/ },
        'POST',
        `${api.core}/configmaps`,
        { body: configMap('l', {}, { labels: { 'a b': 'c' } }) },
      );
      await api.refused(
        { ...invalid, message: /metadata\.annotations: Invalid value: "\/x": prefix part must be non-empty/ },
        'POST',
        `${api.core}/configmaps`,
        { body: configMap('l', {}, { annotations: { '/x': 'c' } }) },
      );
      await api.refused(
        { ...invalid, message: /metadata\.annotations: Too long: may not be more than 262144 bytes/ },
        'POST',
        `${api.core}/configmaps`,
        { body: configMap('l', {}, { annotations: { x: 'c'.repeat(262_145) } }) },
      );
      await api.refused(
        { ...invalid, message: /data\[a b\]: Invalid value: "a b": a valid config key must consist of/ },
        'POST',
        `${api.core}/configmaps`,
        { body: configMap('l', { 'a b': 'c' }) },
      );
    });

    test('the body has to fit the path', async () => {
      const path = `${api.core}/configmaps`;
      await api.refused(
        {
          ...badRequest,
          message: 'the namespace of the provided object does not match the namespace sent on the request',
        },
        'POST',
        path,
        { body: configMap('x', {}, { namespace: 'other' }) },
      );
      await api.refused({ ...badRequest, message: /cannot be handled as a ConfigMap/ }, 'POST', path, {
        body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } },
      });
      await api.refused(
        {
          ...badRequest,
          message: /cannot be handled as a ConfigMap/,
        },
        'POST',
        path,
        { body: { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } } },
      );
      // Upstream says 500 here, which blames the wrong side; the words are the same.
      const versioned = await api.call('POST', path, { body: configMap('x', {}, { resourceVersion: '1' }) });
      assert.ok(versioned.code === 400 || versioned.code === 500);
      assert.equal(versioned.body.message, 'resourceVersion should not be set on objects to be created');
      await api.refused({ ...badRequest, message: /cannot be handled as a ConfigMap/ }, 'POST', path, {
        body: { metadata: { name: 'x' }, data: { a: 1 } },
      });
      await api.ok('POST', path, configMap('fits'));
      await api.refused(
        {
          ...badRequest,
          message: 'the name of the object (fits) does not match the name on the URL (other)',
        },
        'PUT',
        `${path}/other`,
        { body: configMap('fits') },
      );
    });

    test('malformed bodies are refused, and nothing else suffers', async () => {
      const path = `${api.core}/configmaps`;
      await api.refused(badRequest, 'POST', path, { body: '{"metadata":' });
      await api.refused(badRequest, 'POST', path, { body: '' });
      await api.refused(badRequest, 'POST', path, { body: '[]' });
      await api.refused({ code: 415, reason: 'UnsupportedMediaType' }, 'POST', path, {
        body: 'a=b',
        type: 'application/x-www-form-urlencoded',
      });
      const big = configMap('big', { a: 'x'.repeat(3 * 1024 * 1024) });
      await api.refused({ code: 413, reason: 'RequestEntityTooLarge' }, 'POST', path, { body: big });
      await api.refused(
        { ...invalid, message: /Too long: may not be more than 1048576 bytes/ },
        'POST',
        path,
        { body: configMap('big', { a: 'x'.repeat(1024 * 1024 + 1) }) },
      );
    });

    test('YAML is read too', async () => {
      const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n';
      const made = await api.ok('POST', `${api.core}/configmaps`, body, 'application/yaml');
      assert.deepEqual(made.data, { a: '1' });
    });

    test('unknown fields: refused, warned about or ignored', async () => {
      const body = { ...configMap('unknown'), dta: {}, metadata: { name: 'unknown', lables: {} } };
      const strict = await api.refused(badRequest, 'POST', `${api.core}/configmaps?fieldValidation=Strict`, {
        body,
      });
      assert.match(strict.message, /strict decoding error: .*unknown field "dta"/);
      assert.match(strict.message, /unknown field "metadata\.lables"/);
      const warned = await api.call('POST', `${api.core}/configmaps?fieldValidation=Warn`, { body });
      assert.equal(warned.code, 201);
      assert.match(String(warned.headers.warning), /^299 - "unknown field \\"/);
      assert.equal(warned.body.dta, undefined);
      const ignored = await api.call('PUT', `${api.core}/configmaps/unknown?fieldValidation=Ignore`, {
        body,
      });
      assert.equal(ignored.headers.warning, undefined);
      await api.refused(invalid, 'POST', `${api.core}/configmaps?fieldValidation=Perhaps`, { body });
    });

    test('replace checks the resourceVersion and the uid', async () => {
      const path = `${api.core}/configmaps/cas`;
      const first = await api.ok('POST', `${api.core}/configmaps`, configMap('cas', { n: '1' }));
      const second = await api.ok('PUT', path, { ...first, data: { n: '2' } });
      assert.ok(Number(second.metadata.resourceVersion) > Number(first.metadata.resourceVersion));
      assert.equal(second.metadata.uid, first.metadata.uid);
      await api.refused(
        {
          ...conflict,
          message:
            'Operation cannot be fulfilled on configmaps "cas": the object has been modified; please apply your changes to the latest version and try again',
        },
        'PUT',
        path,
        { body: { ...first, data: { n: '3' } } },
      );
      await api.refused(
        { ...conflict, message: /Precondition failed: UID in precondition: other, UID in object meta: / },
        'PUT',
        path,
        { body: configMap('cas', {}, { uid: 'other' }) },
      );
      const unconditional = await api.ok('PUT', path, configMap('cas', { n: '4' }));
      assert.deepEqual(unconditional.data, { n: '4' });
    });

    test('a replace that changes nothing keeps the resourceVersion', async () => {
      const made = await api.ok('POST', `${api.core}/configmaps`, configMap('same', { a: 'b' }));
      const again = await api.ok('PUT', `${api.core}/configmaps/same`, made);
      assert.equal(again.metadata.resourceVersion, made.metadata.resourceVersion);
    });

    test('replace of what is not there', async () => {
      await api.refused(
        { code: 404, reason: 'NotFound', message: 'configmaps "gone" not found' },
        'PUT',
        `${api.core}/configmaps/gone`,
        { body: configMap('gone') },
      );
      await api.refused(
        { code: 404, reason: 'NotFound', message: 'configmaps "gone" not found' },
        'GET',
        `${api.core}/configmaps/gone`,
      );
    });

    test('identity cannot be changed', async () => {
      const made = await api.ok('POST', `${api.core}/configmaps`, configMap('fixed'));
      const body = { ...made, metadata: { ...made.metadata, creationTimestamp: '2001-01-01T00:00:00Z' } };
      const kept = await api.ok('PUT', `${api.core}/configmaps/fixed`, body);
      assert.equal(kept.metadata.creationTimestamp, made.metadata.creationTimestamp);
    });

    test('dry run answers as if, and writes nothing', async () => {
      const path = `${api.core}/configmaps`;
      const made = await api.ok('POST', `${path}?dryRun=All`, configMap('dry', { a: 'b' }));
      assert.equal(made.metadata.name, 'dry');
      assert.ok(made.metadata.uid);
      await api.refused({ code: 404, reason: 'NotFound' }, 'GET', `${path}/dry`);
      await api.refused(invalid, 'POST', `${path}?dryRun=all`, { body: configMap('dry') });
      const real = await api.ok('POST', path, configMap('dry2', { a: 'b' }));
      const changed = await api.ok('PUT', `${path}/dry2?dryRun=All`, { ...real, data: { a: 'c' } });
      assert.deepEqual(changed.data, { a: 'c' });
      await api.ok('DELETE', `${path}/dry2?dryRun=All`);
      assert.deepEqual((await api.ok('GET', `${path}/dry2`)).data, { a: 'b' });
    });

    test('what is not served is refused in words', async () => {
      const notFound = {
        code: 404,
        reason: 'NotFound',
        message: 'the server could not find the requested resource',
      };
      await api.refused(notFound, 'GET', `${api.core}/nonsenses`).catch(async () => {
        // A path that no handler knows is plain text upstream.
        assert.equal((await api.call('GET', `${api.core}/nonsenses`)).code, 404);
      });
      await api.refused({ code: 405, reason: 'MethodNotAllowed' }, 'POST', '/api/v1/configmaps', {
        body: configMap('x'),
      });
      await api.refused({ code: 405, reason: 'MethodNotAllowed' }, 'POST', `${api.core}/configmaps/x`, {
        body: configMap('x'),
      });
      await api.refused({ code: 405, reason: 'MethodNotAllowed' }, 'PUT', `${api.core}/configmaps`, {
        body: configMap('x'),
      });
      await api.refused({ code: 406, reason: 'NotAcceptable' }, 'GET', `${api.core}/configmaps`, {
        accept: 'image/png',
      });
    });

    test('who has no token gets 401; health and version are public', async () => {
      const { code, body } = await api.call('GET', `${api.core}/configmaps`, { anonymous: true });
      assert.ok(code === 401 || code === 403, `${code}`);
      assert.equal(body.kind, 'Status');
      const forged = await api.call('GET', `${api.core}/configmaps`, {
        anonymous: true,
        headers: { Authorization: 'Bearer wrong' },
      });
      assert.equal(forged.code, 401);
      assert.equal(forged.body.reason, 'Unauthorized');
      for (const path of ['/healthz', '/livez', '/readyz'])
        assert.equal((await api.call('GET', path, { anonymous: true })).text, 'ok');
      assert.match((await api.call('GET', '/version', { anonymous: true })).body.gitVersion, /^v1\./);
    });
  });
}
