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

/**
 * The programs of embedded mode, as stages of their start. faas-server is in the first one: it serves what is on disk and
 * needs no API server, so that after a crash calls work again as soon as they can.
 */
export function embeddedParts(options: PartsOptions): PartSpec[][] {
  const { home, apiPort, root } = options;
  const kubeconfig = `--kubeconfig=${home.kubeconfig}`;
  const apiserver = [`--data-dir=${home.api}`, `--port=${apiPort}`, kubeconfig];
  const setup = program(options, 'embedded-setup', [`--crds=${join(root, 'deploy/crds')}`, kubeconfig]);
  const downloader = [kubeconfig, '--node-name=embedded', `--root=${home.node}`, '--port=0'];
  return [
    [program(options, 'embedded-apiserver', apiserver), faasServer(options)],
    [{ ...setup, once: true }],
    [program(options, 'faas-downloader', downloader)],
  ];
}

function faasServer(options: PartsOptions): PartSpec {
  const { home, port } = options;
  const env = { ...options.env, KONTAIN_CGROUP: cgroupPath(home) };
  const args = [`--root=${home.node}`, `--port=${port}`, `--run-dir=${runFolder(home)}`];
  return program({ ...options, env }, 'faas-server', args);
}

function program({ root, node, env }: PartsOptions, name: string, args: string[]): PartSpec {
  return { name, argv: [node, join(root, 'src/main', `${name}.ts`), ...args], env, stopGraceMs: 15_000 };
}
