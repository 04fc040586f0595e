/** The messages between a worker and its primary, over the channel of node:cluster. */

import type { FromHost, ToHost } from '../../log/sqlite/writer-port.ts';
import type { ServedUrls } from '../running.ts';

/** The environment variable with the port that a worker listens on. */
export const portVariable = 'POSTED_WORKER_PORT';

/** The metrics of one process, in the JSON form of prom-client. */
export type MetricsSnapshot = readonly { readonly type: unknown }[];

/** The bytes of each message as Latin-1, because the channel is JSON. */
export type BusMessages = readonly string[];

export type ToPrimary =
  /** The worker accepts connections. */
  | ({ readonly kind: 'ready' } & ServedUrls)
  /** Answers `snapshot`. */
  | { readonly kind: 'snapshot'; readonly scrape: number; readonly snapshot: MetricsSnapshot }
  /** This worker was asked for /metrics. */
  | { readonly kind: 'scrape'; readonly id: number }
  /** This worker joins the bus, and is answered with `bus-nodes`. */
  | { readonly kind: 'bus-join' }
  | { readonly kind: 'bus-leave' }
  /** For all other workers on the bus. */
  | { readonly kind: 'bus'; readonly messages: BusMessages }
  /** For the shared log of the primary. */
  | { readonly kind: 'log'; readonly message: ToHost };

export type ToWorker =
  | { readonly kind: 'snapshot'; readonly scrape: number }
  /** Answers `scrape`. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string }
  /** The ids of all other workers on the bus, after each change. */
  | { readonly kind: 'bus-nodes'; readonly nodes: readonly string[] }
  /** `node` is the id of the worker that sent the messages. */
  | { readonly kind: 'bus'; readonly node: string; readonly messages: BusMessages }
  /** From the shared log of the primary. */
  | { readonly kind: 'log'; readonly message: FromHost }
  /** With `drain`, first fail readiness for as long as the settings say. */
  | { readonly kind: 'stop'; readonly drain: boolean };
