import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { signalProcess, waitForEnd } from '../../src/embedded/supervisor/process-identity.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { call, load } from '../helpers/caller.ts';
import { kubeless } from '../helpers/cli.ts';
import { embeddedInstance, imageObject, type EmbeddedInstance } from '../helpers/embedded-instance.ts';
import { leftovers } from '../helpers/leftovers.ts';

suite('embedded mode, as a user has it', () => {
  let it: EmbeddedInstance;
  before(async () => {
    it = await embeddedInstance();
    await it.up();
  });
  after(() => it[Symbol.asyncDispose]());

  test('kubectl apply deploys an image, get shows it ready with its digest, a call answers', async () => {
    await it.deploy('hello', 'hello-python');
    const row = await it.kubectl.run('get', 'image', 'hello');
    assert.match(row, /READY/);
    assert.match(row, /hello .* True .* sha256:[0-9a-f]{64}/);
    const { status, body } = await call(it.url('/default/hello'));
    assert.deepEqual([status, body.trim()], [200, 'hello world']);
  });

  for (const image of ['hello-nodejs', 'hello-c', 'http-server'])
    test(`the sample ${image} answers too`, async () => {
      await it.deploy(image, image);
      const { status, body } = await call(it.url(`/default/${image}`));
      assert.equal(status, 200, body);
    });

  test('an edit to another image takes effect without a failed call', async () => {
    await it.deploy('edited', 'hello-python');
    await using calls = load(it.url('/default/edited'), 4);
    while (calls.results.length < 20) await systemClock.sleep(10);
    await it.deploy('edited', 'hello-c');
    const switched = () => calls.results.some(({ body }) => !body.startsWith('hello world'));
    while (!switched() && calls.results.length < 2000) await systemClock.sleep(10);
    await it.deploy('edited', 'hello-python');
    const before = calls.results.length;
    while (calls.results.length < before + 20) await systemClock.sleep(10);
    const failed = calls.results.filter(({ status }) => status !== 200);
    assert.deepEqual(failed, []);
  });

  test('a deleted function is gone', async () => {
    await it.deploy('deleted', 'hello-c');
    await it.kubectl.run('delete', 'image', 'deleted');
    const answered = async () => (await call(it.url('/default/deleted'))).status;
    let status = await answered();
    for (const end = Date.now() + 20_000; status !== 404 && Date.now() < end; status = await answered())
      await systemClock.sleep(20);
    assert.equal(status, 404);
  });

  test('an image that is not there is said in its status', async () => {
    await it.kubectl.send(imageObject('missing', 'no-such-image'), 'apply');
    const read = () => it.kubectl.run('get', 'image', 'missing', '-o', 'jsonpath={.status.message}');
    let message = await read();
    for (const end = Date.now() + 20_000; message === '' && Date.now() < end; message = await read())
      await systemClock.sleep(50);
    assert.match(message, /does not exist/);
  });

  test('up again changes nothing; after down and up everything is there again', async (t) => {
    const { supervisor, sourceKey } = it.record();
    await it.up();
    if (it.record().sourceKey === sourceKey) assert.deepEqual(it.record().supervisor, supervisor);
    else t.diagnostic('the sources were edited during the test, so up had to restart it');
    await it.down();
    assert.deepEqual(leftovers(it.home), []);
    await it.up();
    assert.equal((await call(it.url('/default/hello'))).body.trim(), 'hello world');
    assert.match(await it.kubectl.run('get', 'image', 'hello'), /True/);
  });

  test('down leaves no process, mount, cgroup or folder, with calls in flight too', async () => {
    {
      await using calls = load(it.url('/default/hello'), 4);
      while (calls.results.length < 20) await systemClock.sleep(10);
      await it.down();
    }
    assert.deepEqual(leftovers(it.home), []);
  });

  test('SIGTERM to the supervisor, as from a service manager, leaves nothing either', async () => {
    await it.up();
    const { supervisor } = it.record();
    signalProcess(supervisor, 'SIGTERM');
    assert.ok(await waitForEnd(supervisor, 30_000, systemClock));
    assert.deepEqual(leftovers(it.home), []);
  });
});

test('two instances live side by side, whoever starts them, wherever their homes are', async () => {
  await using one = await embeddedInstance();
  // Nothing that it makes is for others to read, and its home has a space.
  await using two = await embeddedInstance({}, { prefix: "kontain's home ", umask: '077' });
  await Promise.all([one.up(), two.up()]);
  await Promise.all([one.deploy('hello', 'hello-python'), two.deploy('hello', 'hello-c')]);
  const [first, second] = await Promise.all([
    call(one.url('/default/hello')),
    call(two.url('/default/hello')),
  ]);
  assert.deepEqual([first.status, second.status], [200, 200]);
  assert.deepEqual(await Promise.all([deploySource(one, 'one'), deploySource(two, 'two')]), ['one', 'two']);
  await one.down();
  assert.deepEqual(leftovers(one.home), []);
  assert.equal((await call(two.url('/default/hello'))).body, second.body);
});

/** A function of the same name in each instance, built by each with its own agent and registry. Answers what it says. */
async function deploySource(it: EmbeddedInstance, text: string): Promise<string> {
  const path = join(it.home.root, 'side.py');
  await writeFile(path, `def handler(event, context): return "${text}"\n`);
  const flags = ['--runtime', 'python3.11', '--handler', 'side.handler', '--from-file', path, '--wait'];
  const { kubeconfig } = it.home;
  const { exit, stderr } = await kubeless(['function', 'deploy', 'side', ...flags], { kubeconfig });
  assert.equal(exit, 0, stderr);
  return (await call(it.url('/default/side'))).body;
}
