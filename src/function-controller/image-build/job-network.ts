import { networkAnnotations } from '../../controllers/container-network.ts';
import type { BuildRequest } from './build-request.ts';

/**
 * What each container of a build reaches. Code that the author or a stranger wrote never has `platform`. `prepare` has it where the
 * source is an artifact of a registry, which may be the platform's own; a URL of the author's leads to nothing that is ours.
 */
export function buildNetworks({ plan }: BuildRequest): Record<string, string> {
  const { inline, fromRegistry } = plan.input;
  return networkAnnotations({
    prepare: inline === undefined ? (fromRegistry ? 'platform' : 'internet') : 'none',
    install: 'internet',
    compile: mayFetch(plan) ? 'internet' : 'none',
    fetch: 'platform',
    check: 'none',
    build: 'platform',
  });
}

/** Dependencies may be fetched by what compiles. A single file without any has nothing to fetch. */
function mayFetch({ input, dependencies, dependencyFile }: BuildRequest['plan']): boolean {
  return dependencyFile !== '' && (dependencies !== undefined || input.plainName === undefined);
}
