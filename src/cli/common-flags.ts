import type { Flag } from './command.ts';

/** Which API server; every command that speaks to one has them. */
export const connectionFlags: readonly Flag[] = [
  {
    name: 'namespace',
    short: 'n',
    type: 'text',
    description: "Namespace. Default: that of the kubeconfig's context.",
  },
  {
    name: 'kubeconfig',
    type: 'text',
    description: 'Kubeconfig file. Default: $KUBECONFIG, else ~/.kube/config.',
  },
  { name: 'context', type: 'text', description: 'Context of the kubeconfig. Default: its current one.' },
];

export const allNamespacesFlag: Flag = {
  name: 'all-namespaces',
  short: 'A',
  type: 'switch',
  description: 'Of every namespace.',
};

export const helpFlag: Flag = { name: 'help', short: 'h', type: 'switch', description: 'Show this.' };

export const outputFlag = (choices: readonly string[]): Flag => ({
  name: 'out',
  short: 'o',
  type: 'text',
  choices,
  description: 'Output format. Default: a table.',
});

export const dryRunFlags: readonly Flag[] = [
  { name: 'dryrun', type: 'switch', description: 'Print the object and send nothing.' },
  {
    name: 'output',
    short: 'o',
    type: 'text',
    default: 'yaml',
    choices: ['yaml', 'json'],
    description: 'Format for --dryrun.',
  },
];
