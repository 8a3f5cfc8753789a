import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findCircle,
  importsOf,
  packageOf,
  reachablePackages,
  resolveImport,
  type ImportGraph,
} from './import-graph.ts';

test('finds static, type, side-effect, re-export and dynamic imports, over several lines too', () => {
  const source = `
    import a from './a.ts';
    import type { B } from './b.ts';
    import {
      c,
      type D,
    } from './c.ts';
    import 'side-effect';
    export { e } from './e.ts';
    const f = await import('./f.ts');
    // import './in-a-comment.ts';
    /* import './in-a-block.ts'; */
  `;
  assert.deepEqual(
    importsOf(source).map((item) => `${item.specifier}${item.typeOnly ? ' type' : ''}`),
    ['./a.ts', './b.ts type', './c.ts', './e.ts', 'side-effect', './f.ts'],
  );
});

test('names the package of an import', () => {
  assert.equal(packageOf('undici/lib/agent.js'), 'undici');
  assert.equal(packageOf('@scope/name/part'), '@scope/name');
  assert.equal(packageOf('node:fs'), null);
  assert.equal(packageOf('fs'), null);
  assert.equal(packageOf('./undici.ts'), null);
  assert.equal(resolveImport('src/kube/list.ts', '../lib/log.ts'), 'src/lib/log.ts');
});

test('follows imports to packages, and not what is erased', () => {
  const value = (specifier: string) => ({ specifier, typeOnly: false });
  const graph: ImportGraph = new Map([
    ['src/main/x.ts', [value('../a.ts'), { specifier: 'zod', typeOnly: true }]],
    ['src/a.ts', [value('./b.ts'), value('pino')]],
    ['src/b.ts', [value('./a.ts'), value('undici')]],
  ]);
  const packages = reachablePackages(graph, 'src/main/x.ts');
  assert.deepEqual([...packages.keys()].sort(), ['pino', 'undici']);
  assert.deepEqual(packages.get('undici'), ['src/main/x.ts', 'src/a.ts', 'src/b.ts']);
});

test('finds a circle, wherever one enters it, and for types too', () => {
  const type = (specifier: string) => ({ specifier, typeOnly: true });
  const line: [string, ReturnType<typeof type>[]][] = [
    ['a.ts', [type('./b.ts'), type('./c.ts')]],
    ['b.ts', [type('./c.ts')]],
    ['c.ts', [type('zod')]],
  ];
  assert.equal(findCircle(new Map(line)), null);
  const circle: ImportGraph = new Map([...line, ['c.ts', [type('./d.ts')]], ['d.ts', [type('./b.ts')]]]);
  assert.deepEqual(findCircle(circle), ['b.ts', 'c.ts', 'd.ts']);
});
