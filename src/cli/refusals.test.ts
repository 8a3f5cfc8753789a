import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startCliApi, type CliApi } from '../../test/helpers/cli-api.ts';

const python = '--runtime python3.11 --handler hello.handler';
const cronjob = 'trigger cronjob create t --function f';
const http = 'trigger http create t --function-name f';

/** Words of a command; what the error's one line and the hint's one line say. */
const refused: readonly [command: string, exit: number, error: RegExp, hint: RegExp][] = [
  [`function deploy a ${python}`, 2, /no source to make a function of/, /--from-file/],
  ['function deploy a --runtime custom --handler a.b', 2, /custom needs an image/, /--runtime-image/],
  [`function deploy Bad_Name ${python} -f hello.py`, 2, /"Bad_Name" is no name for a function/, /lower case/],
  [`function deploy a ${python} -f hello.py -n A/B`, 2, /"A\/B" is no name of a namespace/, /get namespaces/],
  [`function deploy a ${python} -f hello.py --memory 1`, 2, /"1" is less than 1Mi/, /128Mi/],
  [`function deploy a ${python} -f hello.py --memory 1x`, 2, /memory/, /./],
  [`function deploy a ${python} -f hello.py --env A-`, 2, /A-/, /update/],
  [`function deploy a ${python} -f folder`, 2, /it is a folder/, /tar -czf source\.tar\.gz -C folder \./],
  ['apply -f folder', 2, /it is a folder/, /folder\/functions\.yaml/],
  [`function deploy a ${python} -f helo.py`, 2, /cannot read helo\.py/, /looked for in \//],
  [
    `function deploy a ${python} -f hello.py --memroy 1Gi`,
    2,
    /unknown flag: --memroy/,
    /Did you mean --memory\?/,
  ],
  [`function deploy a ${python} -f hello.py --replicas 2`, 2, /unknown flag: --replicas/, /--help/],
  [
    'function deploy a --runtime python --handler a.b -f hello.py',
    2,
    /Invalid runtime/,
    /mean python3\.11\?/,
  ],
  ['function ls --output json', 2, /unknown flag: --output/, /Did you mean --out\?/],
  ['function delpoy a', 2, /unknown command/, /Did you mean "kubeless function deploy"\?/],
  ['deploy a', 2, /unknown command/, /Did you mean "kubeless function deploy"\?/],
  ['function get a', 2, /unknown command/, /Did you mean "kubeless function list"\?/],
  ['trigger htpp ls', 2, /unknown command/, /Did you mean "kubeless trigger http ls"\?/],
  ['function frobnicate a', 2, /unknown command/, /Run "kubeless function --help"/],
  ['function run nobody --file functions.yaml', 4, /no function nobody/, /It has: a, b\./],
  ['apply -f misspelt.yaml', 2, /there is no "runtme"/, /Did you mean runtime\?/],
  ['apply -f broken.yaml', 2, /broken\.yaml is not YAML/, /./],
  ['function init ../x', 2, /no name for a function/, /lower case/],
  ['function init file --runtime cgi', 6, /is there and is no folder/, /another name/],
  ['function ls --kubeconfig none', 2, /none does not exist/, /--kubeconfig FILE/],
  ['function ls --kubeconfig broken.yaml', 2, /broken\.yaml is not YAML: [^\n]+/, /kubectl config view/],
  ['function ls --kubeconfig folder', 2, /cannot read/, /may read/],
  ['function ls --context nobody', 2, /no context "nobody"/, /get-contexts/],
  ['function ls nobody', 4, /nobody: it is not found/, /function ls -n default/],
  ['-o wide function ls', 2, /no command before -o/, /Only --namespace, --kubeconfig, --context may/],
  [`${cronjob} --schedule 99`, 2, /--schedule/, /./],
  [`${cronjob} --schedule @daily --timeout 0`, 2, /--timeout must be more than 0/, /30s/],
  [`${cronjob} --schedule @daily --time-zone Nowhere`, 2, /time zone Nowhere/, /tz database/],
  [`${cronjob} --schedule @daily --payload {`, 2, /--payload is no JSON/, /./],
  [`${http} --path /a?b`, 2, /path/, /./],
  [`${http} --host-name a/b`, 2, /host/, /./],
  ['trigger http update nobody --path a', 4, /nobody/, /trigger http list|name/],
  ['autoscale create f --value 50 --min 0', 2, /min can't be negative or zero/, /./],
  ['autoscale create f --value 50 --min 2 --max 1', 2, /max must be greater/, /./],
  ['autoscale create f --metric qps --value -1', 2, /calls a second such as 10/, /./],
  ['autoscale delete nobody', 4, /nobody/, /./],
];

suite('what is refused is told in one line, and what to do in another', () => {
  let api: CliApi;
  before(async () => {
    api = await startCliApi();
    await writeFile(join(api.cwd, 'hello.py'), 'def handler(event, context): pass\n');
    await writeFile(join(api.cwd, 'broken.yaml'), 'a: b: c\n- d\n');
    await writeFile(join(api.cwd, 'functions.yaml'), 'functions: {a: {}, b: {}}\n');
    await writeFile(join(api.cwd, 'misspelt.yaml'), 'functions: {a: {runtme: x}}\n');
    await writeFile(join(api.cwd, 'file'), '');
    await mkdir(join(api.cwd, 'folder'));
    await api.run(`function deploy f ${python} -f hello.py`.split(' '));
  });
  after(() => api[Symbol.asyncDispose]());

  for (const [command, code, error, hint] of refused)
    test(command, async () => {
      const { exit, stdout, stderr } = await api.run(command.split(' '));
      const lines = /^error: ([^\n]+)\nhint: ([^\n]+)\n$/.exec(stderr);
      assert.ok(lines !== null, stderr);
      assert.match(lines[1] ?? '', error);
      assert.match(lines[2] ?? '', hint);
      assert.deepEqual({ exit, stdout }, { exit: code, stdout: '' });
    });

  test('an update that no flag says anything of changes nothing, and says so', async () => {
    const { exit, stderr } = await api.run(['function', 'update', 'f']);
    assert.deepEqual([exit, stderr], [0, 'No flag says what to change: function f stays as it is\n']);
  });

  test('a group of commands is shown by help as well', async () => {
    const { exit, stdout } = await api.run(['function', 'help']);
    assert.equal(exit, 0);
    assert.match(stdout, /^kubeless function\n/);
  });

  test('flags that say which API server may stand before the command', async () => {
    const first = await api.run(['--kubeconfig', api.kubeconfig, 'function', '-n', 'default', 'ls'], {
      env: { KUBECONFIG: '' },
    });
    assert.deepEqual([first.exit, first.stderr], [0, '']);
    assert.match(first.stdout, /^f /m);
  });

  test('no folder can be made in /proc, and that ends', async () => {
    const { exit, stderr } = await api.run(['function', 'init', 'x', '--runtime', 'python3.11'], {
      cwd: '/proc',
    });
    assert.equal(exit, 2);
    assert.match(stderr, /^error: \/proc\/x cannot be made: [^\n]*\nhint: [^\n]*\n$/);
  });
});
