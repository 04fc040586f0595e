import type { OpenSubject, Sample, Scenario } from '../harness/scenario.ts';
import { commonMetrics, type Phases } from '../load/measure-posts.ts';
import { textBytes } from '../load/post-text.ts';
import { Publisher } from '../load/publisher.ts';
import { measureUsage } from '../load/usage.ts';
import { writePosts, writers } from '../load/write-posts.ts';
import { honoRoute } from '../peers/hono-route.ts';
import type { Peer, PeerProcess } from '../peers/peer.ts';
import { posted } from '../peers/posted.ts';
import { type Scale, turns } from './fan-out-subject.ts';

/** Measures the cost of accepting, storing and answering posts without subscribers. */
export function createRestPostsScenario(scale: Scale): Scenario {
  async function open(peer: Pick<Peer, 'start'>, quick: boolean): Promise<OpenSubject> {
    const server = await peer.start();
    const { warmUpMs } = quick ? scale.quickPhases : scale.phases;
    try {
      const publisher = await Publisher.open(server.port, writers);
      // The warm-up takes longer than for a fan-out: request handling is compiled after some ten thousand requests.
      await writePosts(2 * warmUpMs, server.dialect, [publisher]);
      return {
        measure: () => measurePosting(server, publisher, quick ? scale.quickTurn : scale.turn),
        close() {
          publisher.end();
          return server.stop();
        },
      };
    } catch (thrown) {
      await server.stop();
      throw thrown;
    }
  }

  return {
    name: 'rest-posts',
    title: 'Posts over REST',
    about: `Each of ${writers} writers sends a post of ${textBytes} bytes once its previous one is answered; the feed has no subscribers. Our server checks the token and the body, and responds when the post is on disk in its embedded store. The other one performs the same checks in the same way but stores nothing. CPU covers all threads, one of which belongs to the store.`,
    metrics: [
      { name: 'postsPerSecond', title: 'posts', unit: '1/s', better: 'higher' },
      { name: 'cpuUs', title: 'server CPU per post', unit: 'µs', better: 'lower' },
      commonMetrics.p50Ms,
      commonMetrics.p99Ms,
      commonMetrics.maxMs,
      commonMetrics.generatorPercent,
    ],
    turns,
    subjects: [posted, honoRoute].map((peer) => ({
      name: peer.name,
      title: peer.title,
      prepare: () => Promise.resolve(null),
      connections: writers,
      open: ({ quick }) => open(peer, quick),
    })),
    targets: [{ metric: 'postsPerSecond', subject: posted.name, against: honoRoute.name, atLeast: 0.6 }],
  };
}

async function measurePosting(
  server: PeerProcess,
  publisher: Publisher,
  { warmUpMs, maxMs }: Phases,
): Promise<Sample> {
  await writePosts(warmUpMs, server.dialect, [publisher]);
  const used = measureUsage(server.pid);
  const latencies = await writePosts(maxMs, server.dialect, [publisher]);
  const { seconds, serverCpuSeconds, generatorCpuSeconds } = used();
  return {
    values: {
      postsPerSecond: latencies.count / seconds,
      cpuUs: (serverCpuSeconds / latencies.count) * 1e6,
      p50Ms: latencies.quantileMs(0.5),
      p99Ms: latencies.quantileMs(0.99),
      maxMs: latencies.maxMs,
      generatorPercent: (generatorCpuSeconds / seconds) * 100,
    },
    wrong: [],
  };
}
