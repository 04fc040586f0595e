/** What a run disrupts, and for how long. The same options give the same schedule. */
export interface ScheduleOptions extends SharedEngines {
  readonly seed: number;
  readonly durationMs: number;
  readonly clients: number;
  /** Messages per second, by all authors together. */
  readonly rate: number;
  /** The average time between kills of a server; 0 for never. */
  readonly killEveryMs: number;
  /** The number of worker processes of each server; 1 for a server without workers. */
  readonly workers: number;
}

export interface SharedEngines {
  /** The number of servers, which share one database. */
  readonly nodes: number;
  readonly database: 'embedded' | 'postgres';
  /** The broker between the nodes. */
  readonly broker: BrokerKind;
  /** Whether the networks of the shared engines are cut. */
  readonly cuts: boolean;
  /** Whether the servers reach PostgreSQL through PgBouncer, in transaction mode. */
  readonly pooler: boolean;
  /** Whether PostgreSQL has a synchronous standby, to which it fails over. */
  readonly failovers: boolean;
  /** Whether single servers are cut off from PostgreSQL. */
  readonly isolations: boolean;
}

/** One server with an embedded database. */
export const oneServer = {
  nodes: 1,
  workers: 1,
  database: 'embedded',
  broker: 'none',
  cuts: false,
  pooler: false,
  failovers: false,
  isolations: false,
} as const satisfies Partial<ScheduleOptions>;

export const brokerKinds = ['none', 'redis', 'rabbitmq', 'kafka', 'nats'] as const;
export type BrokerKind = (typeof brokerKinds)[number];

/** An engine that the nodes share. */
export type EngineKind = 'database' | 'broker' | 'pooler';

/** A disruption of servers and engines. Times are milliseconds since the start of the run. */
export type ClusterStep = { readonly atMs: number } & (
  | {
      /** kill -9, and a restart after `pauseMs`. */
      readonly kind: 'kill';
      readonly node: number;
      readonly pauseMs: number;
    }
  /** All nodes are restarted gracefully, one after another. */
  | { readonly kind: 'roll' }
  | { readonly kind: 'kill-engine'; readonly engine: EngineKind; readonly pauseMs: number }
  /** All of its processes are suspended. */
  | { readonly kind: 'freeze-engine'; readonly engine: EngineKind; readonly forMs: number }
  /** Every packet to and from it is dropped. */
  | { readonly kind: 'cut-engine'; readonly engine: EngineKind; readonly forMs: number }
  /** The database is killed, and its standby takes over its address. */
  | { readonly kind: 'fail-over' }
  /** Every packet between the node and the database is dropped, but none between the node and its clients. */
  | { readonly kind: 'isolate'; readonly node: number; readonly forMs: number }
  /** The nodes are stopped gracefully, the epoch is bumped, and they are started again. */
  | { readonly kind: 'bump-epoch' }
);

/** A temporary disruption of a reader. */
export type Disruption =
  /** Its connections break, and new ones are refused. */
  | 'drop'
  /** The application's handler does not return. */
  | 'stall'
  /** Nothing is read from the client's socket. */
  | 'freeze'
  /** The client's process ends, and another one starts afterwards. */
  | 'restart';

export interface DisruptionStep {
  readonly atMs: number;
  readonly kind: Disruption;
  /** An index of the run's readers. */
  readonly reader: number;
  readonly forMs: number;
}

/** Times are milliseconds since the start of the run. */
export type TrafficStep = { readonly atMs: number } & (
  | {
      /** The authors create so many messages without a pause: more than a client's window. */
      readonly kind: 'burst';
      readonly posts: number;
    }
  /** No response to an author gets through, and then the connections break. */
  | { readonly kind: 'lose-answers'; readonly forMs: number }
);
