import type { KubeObject } from '../../store/stored-object.ts';
import { customResources } from './custom-resource.ts';
import { apiVersionOf, type ResourceDefinition } from './resource-definition.ts';

/** All kinds that are served now: the built-in ones and those of the CRDs. Discovery and OpenAPI are made from it. */
export class ResourceRegistry {
  readonly #builtins: readonly ResourceDefinition[];
  readonly #custom = new Map<string, readonly ResourceDefinition[]>();
  readonly #byPath = new Map<string, ResourceDefinition>();
  #generation = 0;

  constructor(builtins: readonly ResourceDefinition[]) {
    this.#builtins = builtins;
    this.#index();
  }

  /** Grows with each change of the kinds: a cheap key for caches. */
  get generation(): number {
    return this.#generation;
  }

  all(): ResourceDefinition[] {
    return [...this.#byPath.values()];
  }

  find(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** Any version of the kind that is stored there. */
  findByStorage(storage: string): ResourceDefinition | undefined {
    return this.all().find((definition) => definition.storage === storage);
  }

  /** Kinds of one group and version, by plural. */
  inVersion(group: string, version: string): ResourceDefinition[] {
    return this.all().filter((definition) => definition.group === group && definition.version === version);
  }

  /** Groups but the core one, each with its versions, the preferred one first. */
  groups(): { group: string; versions: string[] }[] {
    const versions = new Map<string, Set<string>>();
    for (const definition of this.all()) {
      if (definition.group === '') continue;
      versions.set(definition.group, (versions.get(definition.group) ?? new Set()).add(definition.version));
    }
    return [...versions].map(([group, names]) => ({ group, versions: [...names].sort(byVersionPriority) }));
  }

  /** Follows a CRD; called for each one at start and after each write. */
  setCrd(crd: KubeObject): void {
    this.#custom.set(crd.metadata.name, customResources(crd));
    this.#index();
  }

  removeCrd(name: string): void {
    this.#custom.delete(name);
    this.#index();
  }

  #index(): void {
    this.#generation += 1;
    this.#byPath.clear();
    // Built-in kinds last: no definition can take the place of one.
    for (const definition of [...[...this.#custom.values()].flat(), ...this.#builtins]) {
      const path = `${apiVersionOf(definition)}/${definition.plural}`;
      this.#byPath.set(definition.group === '' ? `/${path}` : path, definition);
    }
  }
}

const versionForm = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** v2 before v1 before v1beta2 before v1alpha1 before anything else (k8s.io/apimachinery version.CompareKubeAwareVersionStrings). */
export function byVersionPriority(a: string, b: string): number {
  const [first, second] = [rank(a), rank(b)];
  if (!first || !second) return first ? -1 : second ? 1 : a.localeCompare(b);
  return first.map((part, index) => (second[index] ?? 0) - part).find((difference) => difference !== 0) ?? 0;
}

function rank(version: string): number[] | undefined {
  const match = versionForm.exec(version);
  if (!match) return undefined;
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}
