import type { DurableOptions } from '../log/delivery/durable-options.ts';
import { contentOfPayload } from '../log/delivery/stored-payload.ts';
import { createBus } from '../log/index.ts';
import type { HandlersOf, Operations, SchemeOf, SecurityHooks } from '../rest/operation-handlers.ts';
import { AppCore } from '../server/app-core.ts';
import type { RoomArguments, UnhandledApp } from '../server/contract-app.ts';
import type { ContractServerOptions, SettingNames } from '../server/options.ts';
import type {
  ChannelTypesOf,
  ContractTypes,
  OperationNameOf,
  SecurityHooksOf,
  SecurityOption,
  UserOf,
} from '../server/types.ts';
import type { Bus } from '../shared/bus.ts';
import type { Contract } from '../shared/descriptor.ts';
import { checkNames, type LimitsByName } from '../shared/limits/limit.ts';
import type { Log } from '../shared/log.ts';
import { createStderrLog } from '../shared/stderr-log.ts';
import { type AppServer, ServedContract } from './app-server.ts';
import { DefaultMetrics } from './default-metrics.ts';
import type { DocsOptions } from './docs.ts';
import { createDurableApp } from './durable-app.ts';
import type { DurablePublishers } from './durable-publishers.ts';
import { followRevocations } from './follow-revocations.ts';
import type { Dependency } from './health.ts';
import { checkSecurityHooks, type FetchApp, noOperations, type RestOperations } from './http-app.ts';
import type { ListenSettingNames } from './http-listener.ts';
import { type AppendingPublishOptions, createPublish, type PublishOptions } from './publish-endpoint.ts';
import { createServedLimits } from './served-limits.ts';
import type { DurableName, EventLogOption, ServedLog } from './served-log.ts';
import type { ServedMetrics } from './served-metrics.ts';
import { joinPrimary } from './workers/primary-link.ts';

/** Those of a contract server, which also hold for REST: `origins` for CORS, `requestTimeoutMs` for each request. */
export interface ServeOptions
  extends Omit<ContractServerOptions, 'observer' | 'settingNames' | 'bus' | 'limits'> {
  readonly settingNames?: SettingNames & ListenSettingNames;
  /** The largest body of a request over REST, in bytes. Default: 131,072. */
  readonly maxBodyBytes?: number;
  /** By name: what /readyz checks. Default: none. */
  readonly dependencies?: Readonly<Record<string, Dependency>>;
  /** How durable messages are delivered, where the contract does not say it. */
  readonly delivery?: DurableOptions;
  /** Lets other back ends append events with POST /publish. Default: they cannot. */
  readonly publish?: PublishOptions;
  /** Served under /docs. Default: nothing. */
  readonly docs?: DocsOptions;
  /**
   * Collects the metrics that /metrics shows. Default: `createMetrics` of posted/metrics once the server listens, if the
   * package prom-client is installed. Pass your own to add the application's metrics to its `registry`.
   */
  readonly metrics?: ServedMetrics;
  /**
   * Connects the nodes of the application, so that rooms, `kick`, `revoke` and presence span all of them: the URL of a broker, such
   * as `redis://host:6379`, or a bus. Redis counts limits for all of them, too. Default: only the workers of this machine
   * are connected.
   */
  readonly hints?: string | Bus;
}

/** The limits of the operations that clients of the contract start. */
export interface LimitsOption<Types extends ContractTypes> {
  /**
   * How often clients may send the messages of operations, by the operation's name: instead of its `x-limits` in the
   * contract, as in `{ placeBid: { per: 'user', rate: 5, seconds: 1 } }`. A request above a limit is answered with
   * `too_many_requests`; a message that cannot be answered closes its connection with 4429, as does a client that goes
   * on. Default: what the contract says.
   */
  readonly limits?: LimitsByName<OperationNameOf<Types>>;
}

/** An app whose handlers are missing. */
export type ServedApp<Types extends ContractTypes, Hooks> = UnhandledApp<Types, Hooks, AppServer> & {
  readonly rest: ServeRest<Hooks>;
  /**
   * Appends durable messages of a channel to the log, which sends them to its connections on all nodes:
   * `app.durable('orders', { shop: 's1' }).orderPlaced({ … }, { topic: 's1' })`.
   *
   * @throws PostedError `invalid_request` if the channel has no address with these parameters
   */
  durable<Name extends DurableName<Types>>(
    channel: Name,
    ...values: RoomArguments<ChannelTypesOf<Types, Name>['params']>
  ): DurablePublishers<NonNullable<ChannelTypesOf<Types, Name>['durable']>>;
  /** The channel of an address in the log, for `append` and the like. Without parameters, it is the channel's name. */
  logChannel<Name extends DurableName<Types>>(
    channel: Name,
    ...values: RoomArguments<ChannelTypesOf<Types, Name>['params']>
  ): string;
};

/** Says what is served over HTTP, besides /healthz, /readyz, /metrics and /docs; called at most once, before `listen`. */
export interface ServeRest<Hooks> {
  /**
   * Generated operations and their handlers, whose users are those of the security hooks.
   *
   * @throws TypeError if a security scheme has no hook, or if a limit is of none of the operations
   */
  <const Table extends Operations>(
    operations: Table,
    handlers: RestHandlers<Table, Hooks>,
    options?: RestServeOptions<keyof Table & string>,
  ): void;
  /** An application of one's own, such as one of Hono, which answers all other paths. */
  (app: FetchApp): void;
}

export interface RestServeOptions<Name extends string> {
  /**
   * How often clients may request operations, by operationId: instead of their `x-limits` in the contract. A request
   * above a limit is answered with 429. Default: what the contract says.
   */
  readonly limits?: LimitsByName<Name>;
}

type RestHandlers<Table extends Operations, Hooks> = HandlersOf<
  Table,
  UserOf<Hooks, SchemeOf<Table[keyof Table]>>
>;

/**
 * Serves a contract, with the process around it: HTTP, health, readiness, metrics, documentation, signals and workers.
 *
 *     const app = serve(contract, { security: { bearerAuth: verify } });
 *     const server = app.handle({ auction: { … } });
 *     const { url } = await server.listen({ port: 8080 });
 */
export function serve<Types extends ContractTypes, Hooks extends SecurityHooksOf<Types>>(
  contract: Contract<Types>,
  options: ServeOptions & LimitsOption<Types> & SecurityOption<Types, Hooks> & EventLogOption<Types>,
): ServedApp<Types, Hooks> {
  const {
    maxBodyBytes = 131_072,
    dependencies = {},
    docs,
    publish,
    metrics,
    log = createStderrLog(),
    settingNames = {},
    hints,
    eventLog,
    delivery = {},
    ...rest
  }: ServeOptions & { readonly security?: object; readonly eventLog?: ServedLog } = options;
  const security = rest.security ?? {};
  const defaultMetrics = new DefaultMetrics(contract.channels, log);
  const observer = metrics ?? defaultMetrics.observer;
  const bus = hints === undefined ? joinPrimary()?.bus : busOf(hints, log);
  const servedLimits = createServedLimits({
    limiter: rest.limiter,
    hints,
    eventLog,
    application: contract.title,
    log,
  });
  const core = new AppCore(contract, {
    ...rest,
    limiter: servedLimits.limiter,
    ...(bus && { bus }),
    storeRevocation: eventLog && ((revocation) => eventLog.revoke(revocation)),
    observer,
    log,
    settingNames,
  });
  const { origins, proxies, requestTimeoutMs, audit, limiter } = core.options;
  const durableApp =
    eventLog === undefined
      ? null
      : createDurableApp({ contract, core, eventLog, options: delivery, observer, log });
  let served: RestOperations | FetchApp | null = null;

  function serveOverHttp(
    operationsOrApp: Operations | FetchApp,
    handlers?: object,
    { limits = {} }: RestServeOptions<string> = {},
  ): void {
    if (served !== null) throw new TypeError('Call `rest` once, before the server listens.');
    if (handlers === undefined) {
      served = operationsOrApp as FetchApp;
      return;
    }
    const operations = operationsOrApp as Operations;
    checkSecurityHooks(operations, security);
    checkNames(limits, Object.keys(operations));
    served = { operations, handlers, rateLimits: limits };
  }

  const app = {
    ...core.app,
    rest: serveOverHttp,
    ...(durableApp && { durable: durableApp.durable, logChannel: durableApp.logChannel }),
    handle: (handlers: object): AppServer =>
      new ServedContract({
        sockets: core.handle(handlers, (channel) => durableApp?.channels.channel(channel)),
        followRevocations: () => {
          if (eventLog !== undefined) followRevocations(eventLog, core);
        },
        durable: durableApp?.channels ?? null,
        share: eventLog?.share ?? null,
        rest: () => {
          served ??= noOperations;
          return served;
        },
        security: security as SecurityHooks,
        observer,
        metrics,
        loadMetrics: async () => metrics ?? (await defaultMetrics.load()),
        dependencies: {
          ...eventLog?.dependencies,
          ...(hints === undefined || bus === undefined ? {} : { hints: readinessOf(bus) }),
          ...dependencies,
        },
        docs,
        own: publish && createPublish(contract.channels, publishOptionsOf(publish, eventLog, delivery)),
        origins,
        proxies,
        limits: { bodyBytes: maxBodyBytes, timeoutMs: requestTimeoutMs },
        limiter,
        ...(audit === undefined ? {} : { audit }),
        settingNames,
        pendingSockets: core.options,
        primary: joinPrimary(),
        joinPeers: async () => {
          await Promise.all([core.joinPeers(), servedLimits.start()]);
        },
        joinPeersInBackground: () => {
          core.joinPeersInBackground();
          void servedLimits.start();
        },
        closeLimits: () => servedLimits.close(),
        log,
      }),
  };
  // The generated types promise what the descriptors ensure at run time.
  return app as unknown as ServedApp<Types, Hooks>;
}

/** @throws TypeError if the server has no log to append to */
function publishOptionsOf(
  { log, ...publish }: PublishOptions,
  eventLog: ServedLog | undefined,
  delivery: DurableOptions,
): AppendingPublishOptions {
  const appended = log ?? eventLog;
  if (appended === undefined) throw new TypeError('The option publish needs a log: set `eventLog`.');
  const contentOf = (_event: unknown, payload: unknown): unknown => contentOfPayload(payload, delivery);
  return { contentOf, ...publish, log: appended };
}

/** @throws TypeError if the URL is not valid */
function busOf(hints: string | Bus, log: Log): Bus {
  if (typeof hints !== 'string') return hints;
  try {
    return createBus(hints, { log });
  } catch (cause) {
    throw new TypeError(`The option hints cannot be used: ${(cause as Error).message}.`, { cause });
  }
}

/** A node whose bus is down serves its own connections. */
function readinessOf(bus: Bus): Dependency {
  return { isUp: () => bus.state === 'up', isOptional: true };
}
