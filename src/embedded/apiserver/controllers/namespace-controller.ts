import type { KubeObject } from '../../store/stored-object.ts';
import { isTerminating, namespaces } from '../resources/kinds/namespaces.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { deleteObject } from '../verbs/delete.ts';
import { listObjects } from '../verbs/list.ts';
import { keyOf, readObject } from '../verbs/resource-request.ts';
import type { Controller, ObservedChange } from './controller.ts';
import { allOf, oneOf } from './internal-request.ts';

/** Empties namespaces that are being deleted, and removes those that are empty and have no finalizers of others. */
export class NamespaceController implements Controller {
  readonly name = 'namespace-controller';
  readonly #context: ApiContext;
  readonly #terminating = new Set<string>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  resume(): void {
    for (const namespace of listObjects(this.#context, allOf(namespaces)).items) {
      if (isTerminating(namespace)) this.#terminating.add(namespace.metadata.name);
    }
  }

  observe({ key, object }: ObservedChange): boolean {
    if (key.resource === namespaces.storage && isTerminating(object))
      this.#terminating.add(object.metadata.name);
    return this.#terminating.has(object.metadata.namespace ?? object.metadata.name);
  }

  run(): void {
    for (const name of this.#terminating) {
      const namespace = readObject(this.#context, { ...allOf(namespaces), name });
      if (!namespace || !isTerminating(namespace)) this.#terminating.delete(name);
      else if (this.#empty(name) && !namespace.metadata.finalizers?.length) this.#remove(namespace);
    }
  }

  #remove(namespace: KubeObject): void {
    this.#terminating.delete(namespace.metadata.name);
    this.#context.store.remove(keyOf(allOf(namespaces), namespace.metadata.name), { ...namespace, spec: {} });
  }

  /** Deletes the content; true when nothing is left (objects with finalizers stay until those are gone). */
  #empty(namespace: string): boolean {
    const kinds = new Map(this.#context.registry.all().map((definition) => [definition.storage, definition]));
    const namespaced = [...kinds.values()].filter((definition) => definition.namespaced);
    const held = namespaced.flatMap((definition) =>
      listObjects(this.#context, allOf(definition, namespace)).items.filter(
        (object) =>
          !deleteObject(this.#context, oneOf(definition, object), {
            dryRun: false,
            propagation: 'Background',
          }).removed,
      ),
    );
    return held.length === 0;
  }
}
