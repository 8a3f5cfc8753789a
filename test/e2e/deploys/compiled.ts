import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { pushImages } from '../../../src/embedded/setup/push-images.ts';
import { readAuthFiles } from '../../../src/oci/registry-auth.ts';
import { eventually } from '../../helpers/eventually.ts';
import { mavenRepository, pomOf } from '../../helpers/maven-repository.ts';
import { repository } from '../../helpers/program.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';

/** Whoever wants them makes them by name (`scripts/images/build go1.19`); then every start pushes them. */
const compilers = ['go1.19', 'go1.19-build', 'java17', 'java17-build'];

const sample = (path: string) => readFileSync(join(repository, 'samples', path), 'utf8');

const languages = [
  {
    runtime: 'go1.19',
    handler: 'hello.Handler',
    file: 'hello.go',
    content: sample('hello-go/hello.go'),
    // What the compiler says, and where.
    broken: (text: string) => text.replace('return "hello world\\n", nil', 'return undefined_name, nil'),
    told: /hello\.go.*undefined/,
  },
  {
    runtime: 'java17',
    handler: 'Hello.handler',
    file: 'Hello.java',
    content: sample('hello-java/Hello.java'),
    broken: (text: string) => text.replace('return "hello world\\n";', 'return 1;'),
    told: /Hello\.java:\d+: error: incompatible types/,
  },
];

const greeter = `package io.kubeless;
public class Greeter {
  public String handler(Event event, Context context) { return com.example.Greet.text(); }
}
`;

/** Source to answer through everything that runs: command line, controllers, agent, registry, data plane. */
export function compiledDeploys(current: () => SourceDeploys): void {
  suite('deploys of what is compiled, and of any executable', { concurrency: false }, () => {
    let deploys: SourceDeploys;
    before(async () => {
      deploys = current();
      const { home } = deploys.instance;
      await pushImages({
        folder: join(repository, 'build/optional-images'),
        names: compilers,
        registry: `127.0.0.1:${readFileSync(home.registryPort, 'utf8').trim()}`,
        auths: await readAuthFiles(home.registryAuth),
        signal: AbortSignal.timeout(300_000),
      });
    });

    for (const { runtime, handler, file, content, broken, told } of languages)
      test(`${runtime}: compiled and called; a mistake is told as the compiler says it, and the version of before serves`, async () => {
        const name = `hello-${runtime.replace(/[.\d]/g, '')}`;
        const source = await deploys.file(file, content);
        const flags = ['-r', runtime, '--handler', handler, '-f', source];
        const { exit, stderr } = await deploys.kubeless('function', 'deploy', name, ...flags, '--wait');
        assert.equal(exit, 0, stderr);
        assert.deepEqual(await deploys.call(name), { status: 200, body: 'hello world\n' });

        assert.notEqual(broken(content), content);
        await deploys.file(file, broken(content));
        const mistake = await deploys.kubeless('function', 'update', name, '-f', source, '--wait');
        assert.notEqual(mistake.exit, 0);
        assert.match(mistake.stderr, /CompileFailed/);
        assert.match(mistake.stderr, told);
        await eventually('an event tells', async () => (await deploys.events(name)).some(isCompileFailed));
        assert.equal((await deploys.call(name)).body, 'hello world\n');

        await deploys.file(file, content.replace('hello world', 'hello again'));
        const mended = await deploys.kubeless('function', 'update', name, '-f', source, '--wait');
        assert.equal(mended.exit, 0, mended.stderr);
        assert.equal((await deploys.call(name)).body, 'hello again\n');
      });

    test('java17: a pom.xml brings its libraries and those that they need; one that is not there is named', async () => {
      await using repository = await mavenRepository(deploys.sourcePort);
      const source = await deploys.file('Greeter.java', greeter);
      const pom = await deploys.file('pom.xml', pomOf('greeter', '${greet.version}', 'greet'));
      const build = ['--dependencies', pom, '--build-env', `MAVEN_REPOSITORY=${repository.url}/`];
      const flags = ['-r', 'java17', '--handler', 'Greeter.handler', '-f', source, ...build];
      const { exit, stderr } = await deploys.kubeless('function', 'deploy', 'greeter', ...flags, '--wait');
      assert.equal(exit, 0, stderr);
      assert.deepEqual(await deploys.call('greeter'), { status: 200, body: 'hello from a library' });

      await deploys.file('pom.xml', pomOf('greeter', '2.0', 'greet'));
      const mistake = await deploys.kubeless(
        'function',
        'update',
        'greeter',
        '--dependencies',
        pom,
        '--wait',
      );
      assert.notEqual(mistake.exit, 0);
      assert.match(mistake.stderr, /com\.example#greet;2\.0: not found/);
      assert.equal((await deploys.call('greeter')).body, 'hello from a library');
    });

    test('cgi: a script is called with its variables; what no image can run is told before it is served', async () => {
      const script = await deploys.file('hello', sample('hello-sh/hello.sh'));
      const flags = ['-r', 'cgi', '--handler', 'hello.run'];
      const { exit, stderr } = await deploys.kubeless(
        'function',
        'deploy',
        'hello-cgi',
        ...flags,
        '-f',
        script,
        '--wait',
      );
      assert.equal(exit, 0, stderr);
      assert.deepEqual(await deploys.call('hello-cgi?you'), { status: 200, body: 'hello you\n' });

      await deploys.file('hello', '#!/usr/bin/perl6\nsay "hello"\n');
      const mistake = await deploys.kubeless('function', 'update', 'hello-cgi', '-f', script, '--wait');
      assert.notEqual(mistake.exit, 0);
      assert.match(mistake.stderr, /CompileFailed.*perl6/s);
      await eventually('an event tells', async () =>
        (await deploys.events('hello-cgi')).some(isCompileFailed),
      );
      assert.equal((await deploys.call('hello-cgi')).body, 'hello world\n');
    });
  });
}

const isCompileFailed = (event: string): boolean =>
  /^CompileFailed: .*\. The version of before is still served\.$/s.test(event);
