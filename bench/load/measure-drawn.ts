import type { Metric, Sample } from '../harness/scenario.ts';
import { type DrawnLoadOptions, openDrawnLoad } from './drawn-load.ts';
import { fanOutMetrics, measurePosts, type Phases } from './measure-posts.ts';

export interface DrawnOptions extends DrawnLoadOptions, Phases {}

/** The metrics of `measureDrawn`. */
export const drawnMetrics: readonly Metric[] = [
  ...fanOutMetrics,
  { name: 'readersPerPost', title: 'readers of a post', unit: '', better: 'higher' },
];

export interface DrawnSample extends Sample {
  /** The options of the follow graph. */
  readonly edges: number;
}

/** Connects all readers of a follow graph, creates posts, and checks who received what. */
export async function measureDrawn(options: DrawnOptions): Promise<DrawnSample> {
  const load = await openDrawnLoad(options);
  const { server, posts, post } = load;
  try {
    const values = await measurePosts({ pid: server.pid, posts, post }, options);
    return {
      values: { ...values, readersPerPost: posts.arrived / posts.sent },
      wrong: load.faults(),
      edges: server.graph.edges,
    };
  } finally {
    await load.end();
  }
}
