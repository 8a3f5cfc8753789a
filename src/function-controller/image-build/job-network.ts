import { networkAnnotations, type ContainerNetwork } from '../../controllers/container-network.ts';
import type { BuildRequest } from './build-request.ts';
import { isInOwnRegistry } from './job-containers.ts';

/**
 * What each container of a build reaches. Code that the author or a stranger wrote never has `platform`. `prepare` has it where the
 * source is in the functions' registry; whatever else an author names leads to nothing that is ours.
 */
export function buildNetworks(request: BuildRequest): Record<string, string> {
  const { plan } = request;
  return networkAnnotations({
    prepare: plan.input.inline === undefined ? networkOfSource(request) : 'none',
    install: 'internet',
    compile: mayFetch(plan) ? 'internet' : 'none',
    fetch: 'platform',
    check: 'none',
    build: 'platform',
  });
}

function networkOfSource(request: BuildRequest): ContainerNetwork {
  return isInOwnRegistry(request) ? 'platform' : 'internet';
}

/** Dependencies may be fetched by what compiles. A single file without any has nothing to fetch. */
function mayFetch({ input, dependencies, dependencyFile }: BuildRequest['plan']): boolean {
  return dependencyFile !== '' && (dependencies !== undefined || input.plainName === undefined);
}
