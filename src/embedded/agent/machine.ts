import { existsSync, realpathSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { containerSeccomp } from '../../kontainer/container/compile-seccomp.ts';
import { parseSeccompProfile, resolveSeccompProfile } from '../../kontainer/container/seccomp-profile.ts';
import type { EventRecorder } from '../../kube/events.ts';
import { KeyedSemaphore } from '../../lib/keyed-semaphore.ts';
import { CollectionGuard } from '../../oci/collection-guard.ts';
import { LayerStore } from '../../oci/layer-store.ts';
import { imageArchitecture } from '../../oci/platform.ts';
import { readAuthFiles } from '../../oci/registry-auth.ts';
import { defaultUnpackLimits } from '../../oci/unpack/unpack-limits.ts';
import type { AgentConfig } from './agent-config.ts';
import type { AgentOptions } from './agent-options.ts';
import type { VolumeBind } from './container-config.ts';
import type { DefaultLimits } from './pods/container-run.ts';
import { PodImages } from './pods/images.ts';
import type { PodParts } from './pods/pod-parts.ts';
import { PodPlaces } from './pods/pod-places.ts';
import { PodSlots } from './pods/pod-slots.ts';
import type { ContainerHost } from './run-container.ts';

const gibibyte = 1024 ** 3;
const pullTimeoutMs = 15 * 60_000;
const unpackTimeoutMs = 10 * 60_000;

/** Puts together what running pods on this machine needs, and removes what an earlier agent left. */
export async function openPodParts(options: AgentOptions, events: EventRecorder): Promise<PodParts> {
  const { config, client, clock, log, machine } = options;
  const places = new PodPlaces(config.KONTAIN_HOME, config.KONTAIN_ID_BASE);
  await places.open();
  return {
    client,
    images: await openImages(config, places.images, clock),
    places,
    host: { ...(await hostOf(options)), passage: await passageTo(places) },
    defaults: defaultLimits(machine),
    systemBinds: systemBinds(),
    loginFile: config.KONTAIN_BUILD_REGISTRY_AUTH,
    slots: new PodSlots(config.KONTAIN_AGENT_PODS ?? machine.cores),
    events,
    clock,
    log,
  };
}

async function openImages(
  config: AgentConfig,
  root: string,
  clock: AgentOptions['clock'],
): Promise<PodImages> {
  const skopeo = {
    insecureRegistries: config.KONTAIN_INSECURE_REGISTRIES,
    policyFile: config.KONTAIN_SIGNATURE_POLICY,
    architecture: imageArchitecture(process.arch),
    copyTimeoutMs: pullTimeoutMs,
    maxBlobBytes: 4 * gibibyte,
  };
  const concurrency = 2;
  const transfers = new KeyedSemaphore(concurrency);
  return PodImages.open({
    pull: { root, skopeo, localImages: ['/'], maxImageBytes: 4 * gibibyte, transfers },
    layers: new LayerStore({
      root,
      idBase: config.KONTAIN_ID_BASE,
      limits: defaultUnpackLimits,
      timeoutMs: unpackTimeoutMs,
      concurrency,
      near: config.KONTAIN_NEAR_LAYERS,
    }),
    guard: new CollectionGuard(),
    clock,
    nodeAuths: await readAuthFiles(config.KONTAIN_REGISTRY_AUTH),
  });
}

async function hostOf({ config, clock, native }: AgentOptions): Promise<ContainerHost> {
  const profile = parseSeccompProfile(await readFile(config.KONTAIN_SECCOMP_PROFILE, 'utf8'));
  const rules = resolveSeccompProfile(profile, new Set());
  return {
    runtime: config.KONTAIN_OCI_RUNTIME,
    enter: join(native, 'kontainer-enter'),
    idBase: config.KONTAIN_ID_BASE,
    seccomp: await containerSeccomp(rules, native),
    cgroup: config.KONTAIN_AGENT_CGROUP,
    loopbackPorts: config.KONTAIN_BUILD_LOOPBACK_PORTS,
    clock,
  };
}

/** The highest folder from the root to the home that others cannot pass: who runs it may keep all that is theirs closed. */
async function passageTo({ home, work }: PodPlaces): Promise<ContainerHost['passage']> {
  const parts = home.split('/');
  for (let length = 2; length <= parts.length; length += 1) {
    const closed = parts.slice(0, length).join('/');
    if (((await stat(closed)).mode & 0o001) === 0) return { closed, open: work };
  }
  return undefined;
}

/** Enough for installers of large dependencies; not all that the machine has. */
function defaultLimits({ cores, memoryBytes }: AgentOptions['machine']): DefaultLimits {
  return {
    memoryBytes: Math.min(2 * gibibyte, Math.floor(memoryBytes / 2)),
    cpuMillis: cores * 1000,
    pids: 1024,
    fileSizeBytes: 4 * gibibyte,
  };
}

/** Names mean what they mean on the machine. A network of its own has another resolv.conf. */
function systemBinds(): VolumeBind[] {
  return ['/etc/resolv.conf', '/etc/hosts']
    .filter((path) => existsSync(path))
    .map((path) => ({ source: realpathSync(path), path, readOnly: true }));
}
