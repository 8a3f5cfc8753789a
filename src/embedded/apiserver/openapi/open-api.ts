import type { ResourceRegistry } from '../resources/resource-registry.ts';
import { notAcceptable } from '../status/refusals.ts';
import { json, type Reply } from '../http/reply.ts';
import { encodeV2 } from './v2-protobuf.ts';
import { v2Document } from './v2-document.ts';
import { v3Document, v3Index } from './v3-document.ts';

const v2Protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const jsonTypes = ['application/json', 'application/*', '*/*'];

/** Documents of one state of the kinds; they are made when first asked for. */
export class OpenApi {
  readonly #registry: ResourceRegistry;
  readonly #cache = new Map<string, Reply>();
  #generation = -1;

  constructor(registry: ResourceRegistry) {
    this.#registry = registry;
  }

  /** `rest` is the path after /openapi. Undefined when there is nothing. @throws StatusError 406 */
  reply([version, ...rest]: readonly string[], accept: string | undefined): Reply | undefined {
    const types = (accept ?? '*/*').split(',').map((range) => range.split(';')[0]?.trim() ?? '');
    if (version === 'v2' && rest.length === 0) return this.#v2(types);
    if (version !== 'v3') return undefined;
    if (!types.some((type) => jsonTypes.includes(type))) throw notAcceptable(['application/json']);
    return this.#v3(rest);
  }

  /** kubectl wants protobuf and cannot read anything else; others want JSON. */
  #v2(types: readonly string[]): Reply {
    const known = types.find((type) => type.startsWith(v2Protobuf) || jsonTypes.includes(type));
    if (known === undefined) throw notAcceptable(['application/json', v2Protobuf]);
    if (jsonTypes.includes(known)) return this.#cached('v2', () => json(v2Document(this.#registry.all())));
    return this.#cached('v2-protobuf', () => {
      const body = encodeV2(v2Document(this.#registry.all()));
      return { code: 200, body, contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' };
    });
  }

  #v3(rest: readonly string[]): Reply | undefined {
    if (rest.length === 0) return this.#cached('v3', () => json(v3Index(this.#registry)));
    const [root, ...names] = rest;
    const [group = '', version = ''] = root === 'api' ? ['', ...names] : names;
    const kinds = this.#registry.inVersion(group, version);
    if (kinds.length === 0) return undefined;
    return this.#cached(`v3/${group}/${version}`, () => json(v3Document(kinds)));
  }

  #cached(key: string, make: () => Reply): Reply {
    if (this.#generation !== this.#registry.generation) this.#cache.clear();
    this.#generation = this.#registry.generation;
    const reply = this.#cache.get(key) ?? make();
    this.#cache.set(key, reply);
    return reply;
  }
}
