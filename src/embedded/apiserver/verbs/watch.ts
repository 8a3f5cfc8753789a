import type { ServerResponse } from 'node:http';
import { randomInt } from 'node:crypto';
import type { Change, JsonObject, KubeObject } from '../../store/stored-object.ts';
import type { Accepted } from '../http/negotiate.ts';
import { apiVersionOf } from '../resources/resource-definition.ts';
import { forbidden } from '../status/field-error.ts';
import { badRequest, expired, invalidObject } from '../status/refusals.ts';
import type { ApiContext } from './api-context.ts';
import { isSelected, selection } from './list-options.ts';
import { presentObject } from './present.ts';
import {
  booleanParameter,
  decodeStored,
  integerParameter,
  type ResourceRequest,
} from './resource-request.ts';
import { toWatchEvent, type WatchScope } from './watch-events.ts';

const bookmarkInterval = 60_000;
const shortestDefault = 1800;
/** A watcher that reads slower than this falls behind is cut off; it comes back with its last resourceVersion. */
const maximumBacklogBytes = 16 * 1024 * 1024;
const replayBatch = 500;

/** One open watch: writes events until the client goes, the timeout passes, or the server drains. */
export class Watch {
  readonly #context: ApiContext;
  readonly #request: ResourceRequest;
  readonly #scope: WatchScope;
  readonly #view: Accepted;
  readonly #response: ServerResponse;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #bookmarks: boolean;
  #stopListening: () => void = () => undefined;
  #tableHeaderSent = false;

  constructor(
    context: ApiContext,
    request: ResourceRequest,
    { view, response }: { view: Accepted; response: ServerResponse },
  ) {
    const { definition, namespace, query } = request;
    this.#context = context;
    this.#request = request;
    this.#scope = { definition, namespace, wanted: selection(query, definition) };
    this.#view = view;
    this.#response = response;
    this.#bookmarks = booleanParameter(query, 'allowWatchBookmarks') ?? false;
  }

  /** @throws StatusError 400, 410 or 422 before anything is sent. */
  start(): void {
    const { query } = this.#request;
    const timeoutSeconds = integerParameter(query, 'timeoutSeconds') ?? 0;
    const initial = sendInitialEvents(query);
    const version = this.#startRevision(query.get('resourceVersion') ?? '');
    const seconds = timeoutSeconds > 0 ? timeoutSeconds : shortestDefault + randomInt(shortestDefault);
    this.#response.writeHead(200, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-cache, private',
    });
    this.#response.flushHeaders();
    this.#response.once('close', () => this.#release());
    const fromState = initial ?? version === 0;
    if (fromState) this.#sendState(initial === true);
    else this.#replay(version === 0 ? this.#context.store.revision : version);
    this.#stopListening = this.#context.store.onChange((change) => this.#sendChange(change));
    this.#timers.push(setTimeout(() => this.stop(), seconds * 1000));
    if (this.#bookmarks) this.#timers.push(setInterval(() => this.#sendBookmark(), bookmarkInterval));
  }

  /** Ends the stream in good order: the client watches again from where it is. */
  stop(): void {
    this.#release();
    if (this.#bookmarks && !this.#response.writableEnded) this.#sendBookmark();
    this.#response.end();
  }

  #release(): void {
    this.#stopListening();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** 0 stands for "whatever is newest". */
  #startRevision(text: string): number {
    const { revision, compactedRevision } = this.#context.store;
    if (!/^\d{0,15}$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}`);
    const version = Number(text);
    if (version > 0 && version < compactedRevision)
      throw expired(`too old resource version: ${version} (${compactedRevision})`);
    return Math.min(version, revision);
  }

  #sendState(markEnd: boolean): void {
    const { definition, namespace, wanted } = this.#scope;
    const { store } = this.#context;
    const prefix = namespace === '' ? '' : `${namespace}/`;
    for (const { body } of store.list({ resource: definition.storage, prefix, revision: store.revision })) {
      const object = decodeStored(definition, body);
      if (isSelected(object, wanted)) this.#send('ADDED', object);
    }
    if (markEnd && this.#bookmarks) this.#sendBookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  #replay(version: number): void {
    const { store } = this.#context;
    for (let from = version; ;) {
      const changes = store.changesAfter(from, this.#scope.definition.storage, replayBatch);
      for (const change of changes) this.#sendChange(change);
      const last = changes.at(-1);
      if (last === undefined || changes.length < replayBatch) return;
      from = last.revision;
    }
  }

  #sendChange(change: Change): void {
    const event = toWatchEvent(change, this.#scope);
    if (event) this.#send(event.type, event.object);
  }

  #send(type: string, object: KubeObject): void {
    const shown = presentObject(this.#request, object, { ...this.#view, now: this.#context.clock.now() });
    // Upstream sends the column definitions once per watch.
    if (this.#view.view === 'table' && this.#tableHeaderSent) shown['columnDefinitions'] = null;
    this.#tableHeaderSent = true;
    this.#write({ type, object: shown });
  }

  #sendBookmark(annotations?: Record<string, string>): void {
    const { definition } = this.#scope;
    const resourceVersion = String(this.#context.store.revision);
    const metadata = {
      name: '',
      resourceVersion,
      creationTimestamp: null,
      ...(annotations && { annotations }),
    };
    const object: KubeObject = { apiVersion: apiVersionOf(definition), kind: definition.kind, metadata };
    const shown =
      this.#view.view === 'object' ? object : presentObject(this.#request, object, { ...this.#view, now: 0 });
    this.#write({ type: 'BOOKMARK', object: shown });
  }

  #write(event: JsonObject): void {
    this.#response.write(`${JSON.stringify(event)}\n`);
    if (this.#response.writableLength > maximumBacklogBytes) this.#response.destroy();
  }
}

/** `sendInitialEvents` (streaming lists) has rules of its own. @throws StatusError 422 */
function sendInitialEvents(query: URLSearchParams): boolean | undefined {
  const value = booleanParameter(query, 'sendInitialEvents');
  const match = query.get('resourceVersionMatch') ?? '';
  const subject = { group: 'meta.k8s.io', plural: '', kind: 'ListOptions' };
  const refuse = (field: string, detail: string): Error =>
    invalidObject(subject, '', [forbidden(field, detail)]);
  if (value === undefined) {
    if (match !== '')
      throw refuse(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    return undefined;
  }
  if (match !== 'NotOlderThan') {
    throw refuse(
      'resourceVersionMatch',
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  return value;
}
