import { join } from 'node:path';
import type { Home } from './home.ts';
import { cgroupPath, runFolder } from './node-folders.ts';
import type { PartSpec } from './part.ts';

export interface PartsOptions {
  home: Home;
  /** Folder of the sources and of what was built from them. */
  root: string;
  /** Node.js itself. */
  node: string;
  /** Of the calls. */
  port: number;
  apiPort: number;
  /** What the parts inherit: PATH, proxies, log level. */
  env: Record<string, string>;
}

/** The programs of embedded mode, in the order of their start. */
export function embeddedParts(options: PartsOptions): PartSpec[] {
  const { home, port, apiPort } = options;
  const kubeconfig = ['--kubeconfig', home.kubeconfig];
  const node = ['--node-name', 'embedded', '--root', home.node];
  return [
    program(options, 'embedded-apiserver', [
      '--data-dir',
      home.api,
      '--port',
      String(apiPort),
      ...kubeconfig,
    ]),
    {
      ...program(options, 'embedded-setup', ['--crds', join(options.root, 'deploy/crds'), ...kubeconfig]),
      once: true,
    },
    program(options, 'faas-downloader', [...kubeconfig, ...node, '--port', '0']),
    program({ ...options, env: { ...options.env, KONTAIN_CGROUP: cgroupPath(home) } }, 'faas-server', [
      ...node,
      `--port=${port}`,
      `--run-dir=${runFolder(home)}`,
    ]),
  ];
}

function program({ root, node, env }: PartsOptions, name: string, args: string[]): PartSpec {
  return { name, argv: [node, join(root, 'src/main', `${name}.ts`), ...args], env, stopGraceMs: 15_000 };
}
