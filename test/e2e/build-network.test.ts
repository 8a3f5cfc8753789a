import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { isEnded, type Container } from '../../src/embedded/agent/kinds.ts';
import { identify, isAlive } from '../../src/embedded/supervisor/process-identity.ts';
import { eventually } from '../helpers/eventually.ts';
import { imageLayout } from '../helpers/image-layout.ts';
import { startRegistry, type ImageRegistry } from '../helpers/image-registry.ts';
import { JobWorld, sh, type JobFields } from '../helpers/job-world.ts';
import { otherMachine, type OtherMachine } from '../helpers/other-machine.ts';
import { processesBelow } from '../helpers/processes.ts';
import { serve } from '../helpers/serve.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer } = builtin('node:http');

type Network = JobFields['network'];
type Served = Awaited<ReturnType<typeof serve>>;

const unreachable = /Connection refused|unreachable|Permission denied/;
const portOf = (url: string): number => Number(new URL(url).port);

const python = `oci:${imageLayout('python3.11')}`;

/** Prints for each URL what it answers, or why it does not. */
function ask(...urls: string[]): Partial<Container> {
  const script = `
import sys, urllib.request
for url in sys.argv[1:]:
    try:
        print(urllib.request.urlopen(url, timeout=5).read().decode())
    except OSError as error:
        print(error)
`;
  return { image: python, command: ['/usr/bin/python3.11', '-c', script, ...urls] };
}

/** On all addresses of this machine. */
async function serveWidely() {
  const server = createServer((_, response) => void response.end('this machine'));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

suite('what containers of a build reach', () => {
  const stack = new AsyncDisposableStack();
  let world: JobWorld;
  let registry: ImageRegistry;
  let mirror: Served;
  let other: OtherMachine;
  before(async () => {
    registry = stack.use(await startRegistry({ auth: true }));
    mirror = stack.use(await serve(() => Buffer.from('mirror')));
    other = stack.use(await otherMachine());
    world = stack.use(await JobWorld.open());
    await world.startAgent({ KONTAIN_BUILD_LOOPBACK_PORTS: String(portOf(mirror.url)) });
  });
  after(() => stack.disposeAsync());

  /** What a container with that network printed. */
  async function output(name: string, network: Network, container: Partial<Container>): Promise<string[]> {
    await world.create(name, { network, containers: [container] });
    const pod = await world.until(name, 'has ended', isEnded);
    const log = world.log(pod, 'c0');
    assert.equal(pod.status?.phase, 'Succeeded', log);
    return log.split('\n').filter((line) => line !== '');
  }

  test('without a word of the pod: other machines and the ports that are permitted', async () => {
    const found = await output('outside', undefined, ask(other.url, mirror.url));
    assert.deepEqual(found, ['another machine', 'mirror']);
  });

  test('… and nothing of this machine: not by loopback, not by its other addresses, not by the helper’s', async () => {
    await using wide = await serveWidely();
    const { port } = new URL(`http://${registry.host}`);
    const urls = [
      `http://${registry.host}/v2/`,
      `http://127.0.0.1:${wide.port}/`,
      `http://${other.ours}:${wide.port}/`,
      ...['10.0.2.2', '10.0.2.3', '10.0.2.100'].flatMap((address) => [
        `http://${address}:${port}/v2/`,
        `http://${address}:${wide.port}/`,
      ]),
      'http://169.254.169.254/latest/meta-data/',
    ];
    const found = await output('inside', undefined, ask(...urls));
    assert.equal(found.length, urls.length, found.join('\n'));
    for (const [index, line] of found.entries()) assert.match(line, unreachable, `${urls[index]}: ${line}`);
  });

  test('it cannot change that: routes and interfaces are not its own', async () => {
    const commands = ['route del prohibit 169.254.0.0/16', 'link set tap0 down', 'link add x type dummy'];
    const script = commands.map((command) => `busybox ip ${command};`).join(' ');
    const found = await output('routes', undefined, sh(`${script} true`));
    assert.equal(found.length, 3);
    for (const line of found) assert.match(line, /not permitted/);
  });

  test('names are asked of the helper, which asks the machine’s resolver', async () => {
    const [first] = await output('names', undefined, sh('busybox cat /etc/resolv.conf'));
    assert.equal(first, 'nameserver 10.0.2.3');
  });

  test('`none` has its own loopback and nothing else', async () => {
    const [loopback = '', ...others] = await output('links', 'none', sh('busybox ip -o link'));
    assert.match(loopback, /^1: lo: <LOOPBACK,UP/);
    assert.deepEqual(others, []);
    const found = await output('none', 'none', ask(mirror.url, `http://${registry.host}/v2/`));
    assert.equal(found.length, 2);
    for (const line of found) assert.match(line, unreachable);
  });

  test('`platform` reaches the registry, which wants a login', async () => {
    assert.match(String(await output('platform', 'platform', ask(`http://${registry.host}/v2/`))), /401/);
  });

  test('a word that is no network keeps the container from running, and is said', async () => {
    await world.create('odd', { containers: [sh('true')], pod: {}, network: 'host' as Network });
    const pod = await world.until(
      'odd',
      'waits',
      ({ status }) => status?.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.match(
      pod.status?.containerStatuses?.[0]?.state.waiting?.message ?? '',
      /none, internet, platform/,
    );
  });
});

test('kill -9 of the agent in mid-install: no process of the network is left, no namespace, no mount', async () => {
  await using world = await JobWorld.open();
  await using mirror = await serve(() => Buffer.from('mirror'));
  const agent = await world.startAgent({ KONTAIN_BUILD_LOOPBACK_PORTS: String(portOf(mirror.url)) });
  await world.create('killed', { network: undefined, containers: [sh('echo started; sleep 600')] });
  await world.until('killed', 'runs', (pod) => world.log(pod, 'c0') === 'started\n');
  const below = processesBelow(agent.pid);
  const programs = new Set(below.map(({ comm }) => comm));
  for (const program of ['slirp4netns', 'socat', 'sleep'])
    assert.ok(programs.has(program), [...programs].join());
  const identities = below.flatMap(({ pid }) => identify(pid) ?? []);
  process.kill(agent.pid, 'SIGKILL');
  await eventually('all of it is gone', () => !identities.some(isAlive));
  assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(world.home));
});
