/** The messages between a worker and its primary, over the channel of node:cluster. */

/** The metrics of one process, in the JSON form of prom-client. */
export type MetricsSnapshot = readonly { readonly type: unknown }[];

export type ToPrimary =
  /** The worker accepts connections. */
  | { readonly kind: 'ready'; readonly url: string }
  /** Answers `snapshot`. */
  | { readonly kind: 'snapshot'; readonly scrape: number; readonly snapshot: MetricsSnapshot }
  /** This worker was asked for /metrics. */
  | { readonly kind: 'scrape'; readonly id: number };

export type ToWorker =
  | { readonly kind: 'snapshot'; readonly scrape: number }
  /** Answers `scrape`. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string }
  /** With `drain`, first fail readiness for as long as the settings say. */
  | { readonly kind: 'stop'; readonly drain: boolean };
