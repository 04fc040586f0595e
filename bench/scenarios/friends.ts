import { createRandom } from '../../test/support/history/random.ts';
import { formatCount } from '../harness/format.ts';
import { measuredOnce } from '../harness/measured-once.ts';
import type { Scenario, Subject } from '../harness/scenario.ts';
import type { DrawnLoadOptions } from '../load/drawn-load.ts';
import { tooManyConnections } from '../load/file-limit.ts';
import { type FollowGraph, star } from '../load/follow-graph.ts';
import { drawnMetrics, measureDrawn } from '../load/measure-drawn.ts';
import type { Scale } from './fan-out-subject.ts';

type DrawFrom = DrawnLoadOptions['drawFrom'];

/** Measures the cost of selecting the readers of each post. */
export function createFriendsScenario(scale: Scale): Scenario {
  const most = Math.min(10_000, scale.mostConnections);
  const mostQuick = Math.min(1000, scale.mostConnections);

  function subject(
    shown: Pick<Subject, 'name' | 'title'>,
    audience: DrawnLoadOptions['audience'],
    drawFrom: DrawFrom,
  ): Subject {
    return {
      ...shown,
      prepare: () => Promise.resolve(tooManyConnections(most)),
      open: measuredOnce(({ quick }) => {
        const readers = quick ? mostQuick : most;
        const graph = { seed: 1, readers, authors: 10 * readers, meanFriends: 200, starReaders: readers };
        const phases = quick ? scale.quickPhases : scale.phases;
        return measureDrawn({ graph, audience, drawFrom, inFlight: 8, ...phases });
      }),
    };
  }

  return {
    name: 'friends',
    title: 'Posts for friends: 8 posts in flight',
    about: `${formatCount(most)} readers are connected to our server (${formatCount(mostQuick)} in quick mode); each follows 200 authors on average, by a power law, and all follow one of them. With the audience of friends, a post goes to its author's readers only, which is checked for each reader. With the audience of everyone, no readers are selected. CPU includes the request and the commit of a post, which weigh more with fewer readers; and the more of the posts in flight a reader receives, the more of them share one write.`,
    metrics: drawnMetrics,
    subjects: [
      subject({ name: 'friends', title: 'friends, authors by popularity' }, 'friends', drawByPopularity),
      subject({ name: 'star', title: 'friends, the author whom all follow' }, 'friends', drawStar),
      subject({ name: 'everyone', title: 'everyone' }, 'everyone', () => () => ({ author: star })),
    ],
    targets: [],
  };
}

/** The author is a random friend of a random reader, so that authors with many readers post more. */
const drawByPopularity: DrawFrom = ({ authorsOf, readersOf }: FollowGraph) => {
  const random = createRandom(2);
  return () => {
    const follows = authorsOf[random.integer(0, authorsOf.length)] ?? [];
    const author = follows[random.integer(0, follows.length)] ?? star;
    return { author, audience: readersOf[author] ?? [] };
  };
};

const drawStar: DrawFrom = ({ readersOf }) => {
  const audience = readersOf[star] ?? [];
  return () => ({ author: star, audience });
};
