import { formatCount } from '../harness/format.ts';
import { measuredOnce } from '../harness/measured-once.ts';
import type { RunOptions, Sample, Scenario } from '../harness/scenario.ts';
import { tooManyConnections } from '../load/file-limit.ts';
import { star } from '../load/follow-graph.ts';
import { type DrawnSample, drawnMetrics, measureDrawn } from '../load/measure-drawn.ts';
import type { Scale } from './fan-out-subject.ts';

const bytesPerMb = 2 ** 20;

/** The average number of authors that a reader follows. */
const steps = [0, 25, 50, 100, 200];

/** Measures the memory that a friend of an online reader takes. */
export function createFollowEdgesScenario(scale: Scale): Scenario {
  const most = Math.min(10_000, scale.mostConnections);
  const mostQuick = Math.min(2000, scale.mostConnections);
  /** The value of the last run without edges, with which a round begins. */
  let bareRssMb: number | null = null;

  function measure(meanFriends: number, { quick }: RunOptions): Promise<DrawnSample> {
    const readers = quick ? mostQuick : most;
    const starReaders = Math.min(1000, readers);
    return measureDrawn({
      graph: { seed: 1, readers, authors: 10 * readers, meanFriends, starReaders },
      audience: 'friends',
      drawFrom: ({ readersOf }) => {
        const audience = readersOf[star] ?? [];
        return () => ({ author: star, audience });
      },
      inFlight: 1,
      ...(quick ? scale.quickPhases : scale.phases),
    });
  }

  async function measureBare(options: RunOptions): Promise<Sample> {
    const { values, wrong } = await measure(0, options);
    bareRssMb = values.rssMb ?? null;
    return { values, wrong };
  }

  async function measureEdges(meanFriends: number, options: RunOptions): Promise<Sample> {
    if (bareRssMb === null) await measureBare(options);
    const { values, wrong, edges } = await measure(meanFriends, options);
    const bytes = ((values.rssMb ?? 0) - (bareRssMb ?? 0)) * bytesPerMb;
    return { values: { ...values, bytesPerEdge: bytes / edges }, wrong };
  }

  return {
    name: 'follow-edges',
    title: 'Growth with follow edges',
    about: `${formatCount(most)} readers (${formatCount(mostQuick)} in quick mode) are connected to our server with the audience of friends, and follow an increasing number of authors, by a power law: up to ${formatCount(most * 200)} edges. Bytes per edge are the RSS beyond that of the same connections without edges, divided by the number of edges. One author with 1,000 readers creates one post at a time: the cost of a delivery should not grow with unrelated edges.`,
    metrics: [
      { name: 'bytesPerEdge', title: 'RSS for an edge', unit: 'bytes', better: 'lower' },
      ...drawnMetrics,
    ],
    subjects: steps.map((meanFriends) => ({
      name: `friends-${meanFriends}`,
      title: `${meanFriends} friends each`,
      prepare: () => Promise.resolve(tooManyConnections(most)),
      open: measuredOnce((options) =>
        meanFriends === 0 ? measureBare(options) : measureEdges(meanFriends, options),
      ),
    })),
    targets: [{ metric: 'bytesPerEdge', subject: 'friends-200', atMost: 40 }],
  };
}
