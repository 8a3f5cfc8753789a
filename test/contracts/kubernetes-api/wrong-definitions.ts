import { suite, test } from 'node:test';
import { harness, type StartTarget } from './harness.ts';
import type { Doc } from './raw-client.ts';
import { widgetCrd } from './widget-crd.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const invalid = { code: 422, reason: 'Invalid' };

/** CustomResourceDefinitions that are refused, each with the path of what is wrong in it. */
export function wrongDefinitionsContract(start: StartTarget): void {
  suite('wrong definitions', () => {
    const api = harness(start);

    const wrong: [what: string, change: (crd: Doc) => void, message: RegExp][] = [
      [
        'name',
        (crd) => (crd.metadata.name = 'wrong.example.com'),
        /metadata\.name: Invalid value: "wrong\.example\.com": must be spec\.names\.plural\+"\."\+spec\.group/,
      ],
      [
        'no schema',
        (crd) => delete crd.spec.versions[0].schema,
        /spec\.versions\[0\]\.schema\.openAPIV3Schema: Required value/,
      ],
      [
        'no type',
        (crd) =>
          (crd.spec.versions[0].schema.openAPIV3Schema.properties.spec = {
            properties: { a: { type: 'string' } },
          }),
        /openAPIV3Schema\.properties\[spec\]\.type: Required value: must not be empty for specified object fields/,
      ],
      [
        'no storage version',
        (crd) => (crd.spec.versions[0].storage = false),
        /must have exactly one version marked as storage version/,
      ],
      [
        'scope',
        (crd) => (crd.spec.scope = 'World'),
        /spec\.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"/,
      ],
      [
        'default',
        (crd) =>
          (crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.colour.default = 'blue'),
        /properties\[colour\]\.default: Unsupported value: "blue"/,
      ],
      [
        'pattern',
        (crd) => (crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.name.pattern = '('),
        /properties\[name\]\.pattern: Invalid value: "\(": must be a valid regular expression, but isn't/,
      ],
      [
        'list keys',
        (crd) =>
          (crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.parts[
            'x-kubernetes-list-map-keys'
          ] = ['zz']),
        /properties\[parts\]\.x-kubernetes-list-map-keys.*: Invalid value: .*zz.*entries must all be names of item properties/,
      ],
      [
        'rule',
        (crd) =>
          (crd.spec.versions[0].schema.openAPIV3Schema.properties.spec['x-kubernetes-validations'] = [
            { rule: 'self.(' },
          ]),
        /x-kubernetes-validations\[0\]\.rule: Invalid value: .*compilation failed/,
      ],
      [
        'column',
        (crd) => (crd.spec.versions[0].additionalPrinterColumns[0].type = 'rainbow'),
        /additionalPrinterColumns\[0\]\.type: (Unsupported|Invalid) value: "rainbow"/,
      ],
    ];
    test('a group of the Kubernetes project', async () => {
      const message =
        /metadata\.annotations\[api-approved\.kubernetes\.io\]: Required value: protected groups must have approval annotation/;
      await api.refused({ ...invalid, message }, 'POST', crds, { body: widgetCrd('coordination.k8s.io') });
    });

    for (const [what, change, message] of wrong) {
      test(`a wrong definition: ${what}`, async () => {
        const crd = widgetCrd(`${api.namespace}.wrong.example.com`);
        change(crd);
        await api.refused({ ...invalid, message }, 'POST', crds, { body: crd });
      });
    }
  });
}
