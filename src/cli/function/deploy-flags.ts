import type { Flag } from '../command.ts';
import { connectionFlags, dryRunFlags } from '../common-flags.ts';

const text = (name: string, description: string, more: Partial<Flag> = {}): Flag => ({
  name,
  type: 'text',
  description,
  ...more,
});

/** What a function is: flags of `deploy` and `update`, and keys of functions.yaml. */
export const functionFlags: readonly Flag[] = [
  text('runtime', 'Runtime and its version, such as python3.11.', { short: 'r' }),
  text('handler', 'Module and function, with a dot between: hello.handler.'),
  text('from-file', 'Source: a file, a .zip or .tar.gz/.bz2/.xz archive, a URL, or - for standard input.', {
    short: 'f',
  }),
  text('dependencies', 'Dependency file: requirements.txt, package.json and so on; a path or a URL.', {
    short: 'd',
  }),
  text('label', 'Label: key=value.', { short: 'l', list: true }),
  text('env', 'Environment variable: KEY=value.', { short: 'e', list: true }),
  text('secret-env', 'Environment variable from a Secret: KEY=secret/key.', { list: true }),
  text('configmap-env', 'Environment variable from a ConfigMap: KEY=configmap/key.', { list: true }),
  text('secrets', 'Secret whose keys become files: NAME for /NAME, or NAME:/path.', { list: true }),
  text('configmaps', 'ConfigMap whose keys become files: NAME for /NAME, or NAME:/path.', { list: true }),
  text(
    'node-selectors',
    'Label of the nodes to run on: key=value. Kept in the object; functions have no pods.',
    { list: true },
  ),
  text('service-account', 'Service account of the pod. Kept in the object; functions have no pods.'),
  text('memory', 'Memory of one call, such as 128Mi.'),
  text('cpu', 'Cores of one call, such as 500m.'),
  text('timeout', 'Longest time of a call: seconds, or 30s, 2m. Default: 180.'),
  text(
    'runtime-image',
    'Image that the source is put on instead of the runtime; without a source, the function itself.',
  ),
  text(
    'protocol',
    'How an image of your own is spoken to. Default: as its label io.kontain.protocol says, else http.',
    {
      choices: ['http', 'http-stream', 'cgi', 'kontain-files'],
    },
  ),
  text('image-pull-policy', 'When images are pulled. Kept in the object; nodes fetch what changed.', {
    choices: ['IfNotPresent', 'Always', 'Never'],
  }),
  text('port', 'Port that the program listens on. Default: 8080.'),
  text('servicePort', "Port of the function's Service. Default: that of --port."),
  {
    name: 'headless',
    type: 'switch',
    description: 'A Service without an address of its own. Kept in the object; it leads to the data plane.',
  },
  text('isolation', 'What keeps a call apart.', { choices: ['container', 'gvisor', 'microvm'] }),
  text('start', 'Where a Kontainer comes from.', { choices: ['cold', 'prewarmed', 'template'] }),
  text('concurrency', 'Calls at once on each node; 0 for no limit.'),
  text('prewarm', 'Kontainers that wait on each node.'),
  text('idle-timeout', 'After so long without a call nothing of it stays in memory, such as 5m.'),
  text('build-env', 'Variable of the installation of dependencies: KEY=value.', { list: true }),
  text('build-timeout', 'A build that takes longer has failed, such as 30m. Default: 15m.'),
];

export const waitFlags: readonly Flag[] = [
  { name: 'wait', type: 'switch', description: 'Wait until it can be called, and show how it gets there.' },
  text('wait-timeout', 'How long --wait waits, such as 90s or 10m.', { default: '10m' }),
];

export const deployFlags: readonly Flag[] = [
  ...functionFlags,
  text('schedule', 'Also call it at these times: "*/5 * * * *", @hourly.'),
  ...waitFlags,
  ...dryRunFlags,
  ...connectionFlags,
];

export const updateFlags: readonly Flag[] = [
  ...functionFlags,
  ...waitFlags,
  ...dryRunFlags,
  ...connectionFlags,
];
