/** The messages between a worker and its primary, over the channel of node:cluster. */

/** The metrics of one process, in the JSON form of prom-client. */
export type MetricsSnapshot = readonly { readonly type: unknown }[];

export type ToPrimary =
  /** The worker can be used. */
  | { readonly kind: 'ready'; readonly url: string }
  /** Answers `count`. */
  | { readonly kind: 'counted'; readonly scrape: number; readonly snapshot: MetricsSnapshot }
  /** Somebody asks this worker for /metrics. */
  | { readonly kind: 'scrape'; readonly id: number };

export type ToWorker =
  | { readonly kind: 'count'; readonly scrape: number }
  /** Answers `scrape`. */
  | { readonly kind: 'scraped'; readonly id: number; readonly text: string }
  /** `drain`: say at /readyz that this node leaves, for as long as the settings say, and only then leave. */
  | { readonly kind: 'stop'; readonly drain: boolean };
