import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedRoutes } from './refused-routes.ts';

test('the machine’s own addresses are refused beside those of clouds, each once; loopback is the container’s', () => {
  const commands = refusedRoutes({
    lo: [
      { address: '127.0.0.1', family: 'IPv4' },
      { address: '::1', family: 'IPv6' },
    ],
    eth0: [
      { address: '203.0.113.7', family: 'IPv4' },
      { address: 'fe80::1', family: 'IPv6' },
    ],
    bridge: [
      { address: '203.0.113.7', family: 'IPv4' },
      { address: '172.17.0.1', family: 'IPv4' },
    ],
    gone: undefined,
  });
  const lines = commands.split('\n');
  assert.equal(lines[0], 'link set lo up');
  assert.ok(lines.includes('route add prohibit 169.254.0.0/16'));
  assert.equal(lines.filter((line) => line.endsWith(' 203.0.113.7/32')).length, 1);
  assert.ok(lines.includes('route add prohibit 172.17.0.1/32'));
  assert.doesNotMatch(commands, / 127\.|:/);
});

test('a machine that has an address of slirp4netns’ network keeps the way out open', () => {
  const commands = refusedRoutes({ eth0: [{ address: '10.0.2.2', family: 'IPv4' }] });
  assert.doesNotMatch(commands, /10\.0\.2\.2/);
});
