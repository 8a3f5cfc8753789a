import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import { harness, type StartTarget } from './harness.ts';
import type { Doc } from './raw-client.ts';
import { widgetCrd } from './widget-crd.ts';

const merge = 'application/merge-patch+json';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const invalid = { code: 422, reason: 'Invalid' };

/** Custom resources: schema, defaults, pruning, status, life cycle. */
export function customResourcesContract(start: StartTarget): void {
  suite('custom resources', () => {
    // First, so that it runs before the client is closed.
    after(async () => {
      await api.call('DELETE', `${crds}/widgets.${group()}`);
    });
    const api = harness(start);
    const group = (): string => `${api.namespace}.example.com`;
    const widgets = (): string => `/apis/${group()}/v1/namespaces/${api.namespace}/widgets`;
    const widget = (name: string, spec: object = { size: 1 }, meta: object = {}): Doc => {
      return { apiVersion: `${group()}/v1`, kind: 'Widget', metadata: { name, ...meta }, spec };
    };
    const make = (name: string, spec?: object, meta?: object): Promise<Doc> =>
      api.ok('POST', widgets(), widget(name, spec, meta));

    before(async () => {
      await api.ok('POST', crds, widgetCrd(group()));
      await eventually('the kind is served', async () => (await api.call('GET', widgets())).code === 200);
    });

    test('the definition says that its names are accepted and that it is established', async () => {
      const crd = await api.ok('GET', `${crds}/widgets.${group()}`);
      const conditions = new Map(crd.status.conditions.map(({ type, status }: Doc) => [type, status]));
      assert.equal(conditions.get('NamesAccepted'), 'True');
      assert.equal(conditions.get('Established'), 'True');
      assert.deepEqual(crd.status.storedVersions, ['v1']);
      assert.equal(crd.status.acceptedNames.listKind, 'WidgetList');
      assert.equal(crd.spec.names.singular, 'widget');
      assert.equal(crd.spec.conversion.strategy, 'None');
    });

    test('defaults are filled in, unknown fields pruned', async () => {
      const made = await api.ok('POST', widgets(), {
        ...widget('pruned', { size: 1, foo: 1, anything: { x: 1 }, parts: [{ id: 'main', bar: 2 }] }),
        extra: 1,
      });
      assert.deepEqual(made.spec, {
        size: 1,
        colour: 'red',
        anything: { x: 1 },
        parts: [{ id: 'main', count: 1 }],
      });
      assert.equal(made.extra, undefined);
      assert.equal(made.metadata.generation, 1);
    });

    test('unknown fields: strict and with warnings', async () => {
      const body = widget('strict', { size: 1, foo: 1, parts: [{ id: 'main', bar: 2 }] });
      const { message } = await api.refused(
        { code: 400, reason: 'BadRequest' },
        'POST',
        `${widgets()}?fieldValidation=Strict`,
        { body },
      );
      assert.match(
        message,
        /^Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec\.foo", unknown field "spec\.parts\[0\]\.bar"$/,
      );
      const { headers } = await api.call('POST', widgets(), { body });
      assert.equal(
        headers.warning,
        '299 - "unknown field \\"spec.foo\\"", 299 - "unknown field \\"spec.parts[0].bar\\""',
      );
    });

    test('null: kept where nullable, replaced by a default, refused elsewhere', async () => {
      const made = await make('nulls', { size: 1, maybe: null, colour: null });
      assert.deepEqual(made.spec, { size: 1, maybe: null, colour: 'red' });
      await api.refused(
        {
          ...invalid,
          message: /spec\.size: Required value/,
        },
        'POST',
        widgets(),
        { body: widget('null', { size: null }) },
      );
    });

    const bad: [what: string, spec: object, message: RegExp][] = [
      ['required', {}, /spec\.size: Required value/],
      [
        'type',
        { size: 'x' },
        /spec\.size: Invalid value: "string": spec\.size in body must be of type integer: "string"/,
      ],
      ['no whole number', { size: 1.5 }, /spec\.size: Invalid value: .*spec\.size in body must be of type/],
      [
        'minimum',
        { size: 0 },
        /spec\.size: Invalid value: 0: spec\.size in body should be greater than or equal to 1/,
      ],
      [
        'maximum',
        { size: 11 },
        /spec\.size: Invalid value: 11: spec\.size in body should be less than or equal to 10/,
      ],
      [
        'enum',
        { size: 1, colour: 'blue' },
        /spec\.colour: Unsupported value: "blue": supported values: "red", "green"/,
      ],
      [
        'pattern',
        { size: 1, name: 'ABC' },
        /spec\.name: Invalid value: "ABC": spec\.name in body should match '\^\[a-z\]\+\$'/,
      ],
      [
        'minLength',
        { size: 1, name: 'a' },
        /spec\.name: Invalid value: "a": spec\.name in body should be at least 2 chars long/,
      ],
      [
        'maxLength',
        { size: 1, name: 'abcdef' },
        /spec\.name: Too long: may not be more than 5 (bytes|characters)/,
      ],
      [
        'format',
        { size: 1, when: 'noon' },
        /spec\.when: Invalid value: "noon": spec\.when in body must be of type date-time: "noon"/,
      ],
      [
        'exclusiveMinimum',
        { size: 1, ratio: 0 },
        /spec\.ratio: Invalid value: 0: spec\.ratio in body should be greater than 0/,
      ],
      [
        'multipleOf',
        { size: 1, ratio: 0.7 },
        /spec\.ratio: Invalid value: 0\.7: spec\.ratio in body should be a multiple of 0\.5/,
      ],
      [
        'int or string',
        { size: 1, port: true },
        /spec\.port: Invalid value: "boolean": spec\.port in body must be of type integer,string: "boolean"/,
      ],
      ['set', { size: 1, tags: ['ta', 'ta'] }, /spec\.tags\[1\]: Duplicate value: "ta"/],
      [
        'map list',
        { size: 1, parts: [{ id: 'main' }, { id: 'main' }] },
        /spec\.parts\[1\]: Duplicate value: \{"id":"main"\}/,
      ],
      [
        'maxItems',
        { size: 1, tags: ['a', 'b', 'c', 'd'] },
        /spec\.tags: Too many: 4: must have at most 3 items/,
      ],
      [
        'maxProperties',
        { size: 1, labels: { a: '', b: '', c: '' } },
        /spec\.labels: Too many: 3: must have at most 2 items/,
      ],
      [
        'item',
        { size: 1, parts: [{ id: 7 }] },
        /spec\.parts\[0\]\.id: Invalid value: "integer": spec\.parts\[0\]\.id in body must be of type string: "integer"/,
      ],
      ['oneOf', { size: 1, exact: {} }, /spec\.exact.* must validate one and only one schema \(oneOf\)/],
      [
        'list',
        { size: 1, tags: 'a' },
        /spec\.tags: Invalid value: "string": spec\.tags in body must be of type array: "string"/,
      ],
    ];
    for (const [what, spec, message] of bad) {
      test(`schema: ${what}`, async () => {
        const status = await api.refused({ ...invalid, message }, 'POST', widgets(), {
          body: widget('bad', spec),
        });
        assert.match(
          status.message,
          new RegExp(`^Widget\\.${group().replaceAll('.', '\\.')} "bad" is invalid: `),
        );
      });
    }

    const rules: [what: string, spec: object, message: RegExp][] = [
      ['all', { size: 1, tags: ['t', 'x'] }, /: spec: Invalid value: (\{.*\}: )?tags start with t$/],
      [
        'messageExpression and reason',
        { size: 1, name: 'abc', when: '2026-01-02T03:04:05Z' },
        /: spec: Forbidden: not both, abc$/,
      ],
      [
        'default message',
        { size: 1, parts: [{ id: 'x' }] },
        /: spec: Invalid value: (\{.*\}: )?failed rule: !has\(self\.parts\)/,
      ],
      ['types', { size: 1, limit: 0 }, /: spec\.limit: Invalid value: 0: write a quantity such as 1Mi$/],
      [
        'matches',
        { size: 1, limit: '1Gi' },
        /: spec\.limit: Invalid value: "1Gi": write a quantity such as 1Mi$/,
      ],
    ];
    for (const [what, spec, message] of rules) {
      test(`rule: ${what}`, async () => {
        await api.refused({ ...invalid, message }, 'POST', widgets(), { body: widget('bad', spec) });
      });
    }

    test('rules over the old value', async () => {
      await make('ruled', { size: 1, fixed: 'a', limit: '1Mi', tags: ['t1'], parts: [{ id: 'main' }] });
      const path = `${widgets()}/ruled`;
      await api.refused(
        { ...invalid, message: /spec\.fixed: Invalid value: "b": fixed cannot change/ },
        'PATCH',
        path,
        { body: { spec: { fixed: 'b' } }, type: merge },
      );
      await api.ok('PATCH', path, { spec: { fixed: null } }, merge);
      await api.ok('PATCH', path, { spec: { fixed: 'c' } }, merge);
    });

    test('several mistakes are told at once', async () => {
      const status = await api.refused(invalid, 'POST', widgets(), {
        body: widget('bad', { size: 0, colour: 'blue' }),
      });
      assert.deepEqual(
        status.details.causes
          .map(({ field }: Doc) => field)
          .filter((field: string) => field.startsWith('spec'))
          .sort(),
        ['spec.colour', 'spec.size'],
      );
      assert.match(status.message, /is invalid: \[spec\./);
    });

    test('status and spec have writers of their own', async () => {
      const made = await api.ok('POST', widgets(), { ...widget('split'), status: { ready: 1 } });
      assert.equal(made.status, undefined);
      const withStatus = await api.ok('PUT', `${widgets()}/split/status`, {
        ...made,
        spec: { size: 9 },
        status: { ready: 2 },
        metadata: { ...made.metadata, labels: { a: 'b' } },
      });
      assert.deepEqual(withStatus.status, { ready: 2 });
      assert.equal(withStatus.spec.size, 1);
      assert.equal(withStatus.metadata.generation, 1);
      const patched = await api.ok(
        'PATCH',
        `${widgets()}/split`,
        { spec: { size: 3 }, status: { ready: 7 } },
        merge,
      );
      assert.deepEqual(patched.status, { ready: 2 });
      assert.equal(patched.metadata.generation, 2);
      const again = await api.ok(
        'PATCH',
        `${widgets()}/split/status`,
        { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
        merge,
      );
      assert.deepEqual(again.status, { ready: 2, conditions: [{ type: 'Ready', status: 'True' }] });
      const labelled = await api.ok(
        'PATCH',
        `${widgets()}/split`,
        { metadata: { labels: { x: 'y' } } },
        merge,
      );
      assert.equal(labelled.metadata.generation, 2);
      await api.refused(
        { ...invalid, message: /status\.conditions\[0\]\.status: Unsupported value: "Maybe"/ },
        'PATCH',
        `${widgets()}/split/status`,
        { body: { status: { conditions: [{ type: 'Ready', status: 'Maybe' }] } }, type: merge },
      );
      assert.equal((await api.ok('GET', `${widgets()}/split/status`)).metadata.name, 'split');
    });

    test('replace needs a resourceVersion', async () => {
      await make('versioned');
      await api.refused(
        {
          ...invalid,
          message: /metadata\.resourceVersion: Invalid value: .*must be specified for an update/,
        },
        'PUT',
        `${widgets()}/versioned`,
        { body: widget('versioned') },
      );
    });

    test('strategic merge patches are refused', async () => {
      await make('media');
      await api.refused({ code: 415, reason: 'UnsupportedMediaType' }, 'PATCH', `${widgets()}/media`, {
        body: {},
        type: 'application/strategic-merge-patch+json',
      });
    });

    test('apiVersion and kind have to fit', async () => {
      const path = widgets();
      await api.refused({ code: 400, reason: 'BadRequest' }, 'POST', path, {
        body: { metadata: { name: 'x' }, spec: { size: 1 } },
      });
      await api.refused(
        {
          code: 400,
          reason: 'BadRequest',
          message: /the API version in the data \(other\.com\/v1\) does not match the expected API version/,
        },
        'POST',
        path,
        { body: { ...widget('x'), apiVersion: 'other.com/v1' } },
      );
      await api.refused(
        { ...invalid, message: /kind: Invalid value: "Gadget": must be Widget/ },
        'POST',
        path,
        {
          body: { ...widget('x'), kind: 'Gadget' },
        },
      );
    });

    test('lists carry the kind of each item', async () => {
      await make('listed', undefined, { labels: { listed: 'yes' } });
      const list = await api.ok('GET', `${widgets()}?labelSelector=listed`);
      assert.equal(list.kind, 'WidgetList');
      assert.equal(list.apiVersion, `${group()}/v1`);
      assert.equal(list.items[0].kind, 'Widget');
    });

    test('a definition that is deleted takes its objects with it', async () => {
      const other = `other.${group()}`;
      const path = `/apis/${other}/v1/namespaces/${api.namespace}/widgets`;
      await api.ok('POST', crds, widgetCrd(other));
      await eventually('the kind is served', async () => (await api.call('GET', path)).code === 200);
      await api.ok('POST', path, { ...widget('inside'), apiVersion: `${other}/v1` });
      await api.ok('DELETE', `${crds}/widgets.${other}`);
      await eventually(
        'the definition is gone',
        async () => (await api.call('GET', `${crds}/widgets.${other}`)).code === 404,
      );
      await eventually('the kind is not served', async () => (await api.call('GET', path)).code === 404);
      await api.ok('POST', crds, widgetCrd(other));
      await eventually('the kind is served again', async () => (await api.call('GET', path)).code === 200);
      assert.deepEqual((await api.ok('GET', path)).items, []);
      await api.ok('DELETE', `${crds}/widgets.${other}`);
    });
  });
}
