import type { Cluster, Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { LocalBroker } from '../calls/local-broker.ts';
import type { FaasServerConfig } from '../config.ts';
import type { FrontOptions } from '../front/front-options.ts';
import type { RouteChange, RouteTable } from '../routes/route-table.ts';
import type { Ports } from '../front-service.ts';
import type { Fronts } from '../single-process.ts';
import { primaryEnd } from './cluster-channel.ts';
import type { PrimaryEnd, WorkerMessage } from './messages.ts';
import { Questions } from './questions.ts';
import { WorkerCalls } from './worker-calls.ts';

export interface WorkerPoolOptions {
  /** Set up with the worker's program, and with SCHED_NONE: a listening socket shared by all outlives each of them. */
  cluster: Cluster;
  config: FaasServerConfig;
  broker: LocalBroker;
  routes: RouteTable;
  reserved: FrontOptions['reserved'];
  clock: Clock;
  log: Logger;
}

interface Member {
  channel: PrimaryEnd;
  metrics: Questions<object[]>;
  ended: Promise<unknown>;
  kill: () => void;
}

/** A worker that has not ended so long after its grace never will. */
const stuckMs = 3000;
/** A worker that dies sooner than this after its start is not started again at once. */
const restartMs = 200;

/** Worker processes behind one port. One that dies is replaced; its calls' Kontainers are killed. */
export class WorkerPool implements Fronts {
  readonly #options: WorkerPoolOptions;
  readonly #members = new Set<Member>();
  #ports: Ports = { port: 0, tlsPort: undefined };
  #stopping = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  async listen(): Promise<Ports> {
    const { host, port, tlsPort, workers } = this.#options.config;
    this.#ports = {
      port: port === 0 ? await freePort(host) : port,
      tlsPort: tlsPort === 0 ? await freePort(host) : tlsPort,
    };
    await Promise.all(Array.from({ length: workers }, () => this.#start()));
    return this.#ports;
  }

  async drain(): Promise<void> {
    this.#stopping = true;
    const { clock, config } = this.#options;
    const members = [...this.#members];
    for (const { channel } of members) channel.send({ type: 'drain' });
    const ended = Promise.all(members.map((member) => member.ended));
    const enough = new AbortController();
    const late = clock
      .sleep(config.drain.delayMs + config.drain.graceMs + stuckMs, enough.signal)
      .catch(() => undefined);
    await Promise.race([ended, late]).finally(() => enough.abort());
    for (const { kill } of this.#members) kill();
    await ended;
  }

  /** The metrics of the worker processes, one list each. */
  metrics(): Promise<object[][]> {
    return Promise.all(
      [...this.#members].map(({ channel, metrics }) =>
        metrics.ask((ask) => channel.send({ type: 'collect', ask })),
      ),
    );
  }

  /** Resolves when the worker takes calls; rejects when it ends before. */
  #start(): Promise<void> {
    const { cluster, broker, clock, log, config } = this.#options;
    const worker = cluster.fork();
    const channel = primaryEnd(worker);
    const member: Member = {
      channel,
      metrics: new Questions(),
      ended: once(worker, 'exit'),
      kill: () => void worker.process.kill('SIGKILL'),
    };
    this.#members.add(member);
    new WorkerCalls({ channel, broker, clock }).attach();
    const startedAt = clock.monotonic();
    void member.ended.then(() => this.#ended(member, worker, startedAt));
    const unsubscribe = this.#followRoutes(channel);
    void member.ended.then(unsubscribe);
    channel.send({ type: 'serve', config: { ...config, ...this.#ports } });
    return new Promise((resolve, reject) => {
      channel.onMessage((message) => {
        if (message.type === 'listening') resolve();
        else this.#answer(member, message);
      });
      worker.once('exit', (code, signal) => reject(new Error(`the worker process ended: ${signal ?? code}`)));
      worker.on('error', (err) => log.error({ err }, 'worker process failed'));
    });
  }

  /** The worker gets all that there is before its first request. */
  #followRoutes(channel: PrimaryEnd): () => void {
    const known: RouteChange[] = [];
    let isFirst = true;
    const unsubscribe = this.#options.routes.subscribe((change) => {
      if (isFirst) known.push(change);
      else channel.send({ type: 'routes', changes: [change] });
    });
    isFirst = false;
    channel.send({ type: 'routes', changes: known });
    return unsubscribe;
  }

  #answer({ channel, metrics }: Member, message: WorkerMessage): void {
    if (message.type === 'metrics') metrics.answer(message.ask, message.metrics);
    if (message.type !== 'page') return;
    const { ask, path } = message;
    this.#options.reserved(path).then(
      (answer) => channel.send({ type: 'page', ask, answer }),
      (err: unknown) => this.#options.log.error({ err, path }, 'page failed'),
    );
  }

  #ended(member: Member, worker: Worker, startedAt: number): void {
    const { clock, log } = this.#options;
    this.#members.delete(member);
    member.metrics.answerAll([]);
    if (this.#stopping) return;
    const { exitCode, signalCode } = worker.process;
    log.error({ worker: worker.id, exitCode, signal: signalCode }, 'worker process died and is replaced');
    const wait = clock.monotonic() - startedAt < restartMs ? restartMs : 0;
    void clock
      .sleep(wait)
      .then(() => (this.#stopping ? undefined : this.#start()))
      .catch((err: unknown) => log.error({ err }, 'worker process did not start'));
  }
}

/** Port 0 would be another one for each worker that is started later. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
