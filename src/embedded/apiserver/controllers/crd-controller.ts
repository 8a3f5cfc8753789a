import type { KubeObject } from '../../store/stored-object.ts';
import { crdFinalizer } from '../resources/crd-status.ts';
import { customResources } from '../resources/custom-resource.ts';
import { customResourceDefinitions } from '../resources/kinds/customresourcedefinitions.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { deleteObject } from '../verbs/delete.ts';
import { listObjects } from '../verbs/list.ts';
import { readObject } from '../verbs/resource-request.ts';
import { modifyObject } from '../verbs/update.ts';
import type { Controller, ObservedChange } from './controller.ts';
import { allOf, oneOf } from './internal-request.ts';

const { storage } = customResourceDefinitions;

/** Makes the kinds of CRDs served, and empties a CRD that is being deleted before it goes. */
export class CrdController implements Controller {
  readonly name = 'crd-controller';
  readonly #context: ApiContext;
  readonly #terminating = new Set<string>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  resume(): void {
    for (const crd of listObjects(this.#context, allOf(customResourceDefinitions)).items) this.#follow(crd);
  }

  observe({ type, key, object }: ObservedChange): boolean {
    if (key.resource === storage && type === 'DELETED')
      this.#context.registry.removeCrd(object.metadata.name);
    else if (key.resource === storage) this.#follow(object);
    const [group = '', plural = ''] = key.resource.split('/');
    return this.#terminating.has(object.metadata.name) || this.#terminating.has(`${plural}.${group}`);
  }

  run(): void {
    for (const name of this.#terminating) {
      const crd = readObject(this.#context, { ...allOf(customResourceDefinitions), name });
      const waits =
        crd?.metadata.deletionTimestamp !== undefined &&
        crd.metadata.finalizers?.includes(crdFinalizer) === true;
      if (!waits) this.#terminating.delete(name);
      else if (this.#empty(crd)) this.#release(crd);
    }
  }

  #follow(crd: KubeObject): void {
    this.#context.registry.setCrd(crd);
    if (crd.metadata.deletionTimestamp !== undefined) this.#terminating.add(crd.metadata.name);
  }

  #empty(crd: KubeObject): boolean {
    const [definition] = customResources(crd);
    if (!definition) return true;
    const options = { dryRun: false, propagation: 'Background' } as const;
    const { items } = listObjects(this.#context, allOf(definition));
    return items
      .map((object) => deleteObject(this.#context, oneOf(definition, object), options))
      .every(({ removed }) => removed);
  }

  #release(crd: KubeObject): void {
    modifyObject(this.#context, oneOf(customResourceDefinitions, crd), ({ metadata }) => {
      metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== crdFinalizer);
    });
  }
}
