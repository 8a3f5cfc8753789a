import { join } from 'node:path';
import {
  functionRegistry,
  proxyFlag,
  sourcesProxyFlag,
  sourcesSocket,
  statusSocket,
} from '../setup/data-plane-address.ts';
import type { Home } from './home.ts';
import { agentCgroupPath, cgroupPath, controllersFolder, runFolder } from './node-folders.ts';
import type { PartSpec } from './part.ts';

export interface PartsOptions {
  home: Home;
  /** Of the project: what was built is below. */
  root: string;
  /** Node.js itself. */
  node: string;
  /** The file of a program, by its name. */
  program(name: string): string;
  /** Of the calls. */
  port: number;
  apiPort: number;
  registryPort: number;
  /** What the parts inherit: PATH, proxies, log level. */
  env: Record<string, string>;
}

/**
 * The programs of embedded mode, as stages of their start. faas-server is in the first one: it serves what is on disk and
 * needs no API server, so that after a crash calls work again as soon as they can.
 */
export function embeddedParts(given: PartsOptions): PartSpec[][] {
  // It is on loopback, where nobody listens in: plain HTTP.
  const known = given.env['KONTAIN_INSECURE_REGISTRIES'];
  const insecure = [registryOf(given), ...(known === undefined ? [] : [known])].join(',');
  const auths = given.env['KONTAIN_REGISTRY_AUTH'];
  const env = {
    ...given.env,
    KONTAIN_INSECURE_REGISTRIES: insecure,
    // Of what both have, that of the registry here counts.
    KONTAIN_REGISTRY_AUTH: [...(auths === undefined ? [] : [auths]), given.home.registryAuth].join(','),
  };
  const options = { ...given, env };
  return [
    [apiserver(options), faasServer(options), registry(options)],
    [{ ...setup(options), once: true }],
    [downloader(options), controllers(options), agent(options)],
  ];
}

const registryOf = ({ registryPort }: PartsOptions): string => `127.0.0.1:${registryPort}`;
const kubeconfig = ({ home }: PartsOptions): string => `--kubeconfig=${home.kubeconfig}`;

function apiserver(options: PartsOptions): PartSpec {
  const { home, apiPort } = options;
  const args = [`--data-dir=${home.api}`, `--port=${apiPort}`, kubeconfig(options), `--home=${home.root}`];
  return program(options, 'embedded-apiserver', [
    ...args,
    proxyFlag(runFolder(home)),
    sourcesProxyFlag(controllersFolder(home)),
  ]);
}

function faasServer(options: PartsOptions): PartSpec {
  const { home, port } = options;
  const env = { ...options.env, KONTAIN_CGROUP: cgroupPath(home) };
  const run = runFolder(home);
  const args = [`--root=${home.node}`, `--port=${port}`, `--run-dir=${run}`];
  return program({ ...options, env }, 'faas-server', [...args, `--status-address=${statusSocket(run)}`]);
}

function registry(options: PartsOptions): PartSpec {
  const { home, registryPort } = options;
  const args = [`--folder=${home.registry}`, `--port=${registryPort}`, `--auth-file=${home.registryAuth}`];
  return program(options, 'embedded-registry', args);
}

/** Definitions, the runtimes' images and the configuration. */
function setup(options: PartsOptions): PartSpec {
  const { root, port } = options;
  return program(options, 'embedded-setup', [
    `--crds=${join(root, 'deploy/crds')}`,
    `--images=${join(root, 'build/images')}`,
    `--samples=${join(root, 'samples')}`,
    `--registry=${registryOf(options)}`,
    `--port=${port}`,
    kubeconfig(options),
  ]);
}

function downloader(options: PartsOptions): PartSpec {
  const { home } = options;
  const args = [kubeconfig(options), '--node-name=embedded', `--root=${home.node}`, '--port=0'];
  const env = { ...options.env, KONTAIN_FUNCTION_REGISTRY: functionRegistry(registryOf(options)) };
  return quietProgram(withNearLayers({ ...options, env }, home.podImages), 'faas-downloader', args);
}

function controllers(options: PartsOptions): PartSpec {
  const tlsPort = options.env['KONTAIN_TLS_PORT'];
  const env = {
    ...options.env,
    // The supervisor keeps exactly one of it.
    KONTAIN_LEADER_ELECTION: 'false',
    KONTAIN_SOURCES_ADDRESS: sourcesSocket(controllersFolder(options.home)),
    KONTAIN_PUBLIC_URL: `http://127.0.0.1:${options.port}`,
    ...(tlsPort === undefined ? {} : { KONTAIN_PUBLIC_TLS_PORT: tlsPort }),
  };
  return quietProgram({ ...options, env }, 'controllers', [kubeconfig(options), '--port=0']);
}

function agent(options: PartsOptions): PartSpec {
  const { home } = options;
  const env = { ...options.env, KONTAIN_BUILD_REGISTRY_AUTH: home.registryAuth };
  const args = [kubeconfig(options), `--home=${home.root}`, `--cgroup=${agentCgroupPath(home)}`];
  return quietProgram(withNearLayers({ ...options, env }, home.node), 'embedded-agent', args);
}

/** Functions stand on the images that build them: of agent and downloader, one unpacks a layer, the other links it. */
function withNearLayers(options: PartsOptions, folder: string): PartsOptions {
  const known = options.env['KONTAIN_NEAR_LAYERS'];
  const near = [folder, ...(known === undefined ? [] : [known])].join(',');
  return { ...options, env: { ...options.env, KONTAIN_NEAR_LAYERS: near } };
}

/** New objects get 1 MB in place of 16, and the dozen threads of a Node.js one arena (mallopt(3)) in place of one for each. */
const smallHeap = ['--max-semi-space-size=1', '--optimize-for-size'];
const oneArena = { MALLOC_ARENA_MAX: '1' };

/** For programs that wait for most of the time: it saves a tenth of all that such a one holds. */
function quietProgram(options: PartsOptions, name: string, args: string[]): PartSpec {
  const { argv, env, ...rest } = program(options, name, args);
  const [node, ...others] = argv;
  return { ...rest, argv: [node, ...smallHeap, ...others], env: { ...oneArena, ...env } };
}

function program({ node, env, ...given }: PartsOptions, name: string, args: string[]): PartSpec {
  return { name, argv: [node, given.program(name), ...args], env, stopGraceMs: 15_000 };
}
