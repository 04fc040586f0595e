import type { Scenario } from '../harness/scenario.ts';
import { textBytes } from '../load/post-text.ts';
import { engines, engineTitles } from '../load/store.ts';
import { writers } from '../load/write-posts.ts';
import { earlier } from '../peers/earlier.ts';
import { posted } from '../peers/posted.ts';
import { createFanOut } from './fan-out.ts';
import type { Scale } from './fan-out-subject.ts';
import { createEarlierHandshakesScenario } from './handshakes.ts';
import { postingMetrics, postingSubject } from './posting.ts';

const versions = [earlier, posted];

/** Compares the server with the earlier commit, for posts on each engine, the fan-out and handshakes. */
export function createEarlierScenarios(scale: Scale): readonly Scenario[] {
  const posts = engines.map(
    (engine): Scenario => ({
      name: `earlier-posts-${engine}`,
      title: `Posts against the earlier version: ${engineTitles[engine]}`,
      about: `Each of ${writers} writers sends a post of ${textBytes} bytes once its previous one is answered; the feed has no subscribers. Server CPU covers all threads, and the embedded store is one of them. If the cores are not idle, the generator and the database limit the rate, too.`,
      metrics: postingMetrics,
      turns: 5,
      subjects: versions.map((peer) =>
        postingSubject({ name: peer.name, title: peer.title, peer, engine, nodes: 1 }, scale),
      ),
      targets: [{ metric: 'postsPerSecond', subject: posted.name, against: earlier.name, atLeast: 0.95 }],
    }),
  );
  const fanOuts = [1, 8].map((inFlight): Scenario => {
    const atMost = { [earlier.name]: 1.03 };
    const fanOut = createFanOut({ connections: 1000, inFlight, atMost }, versions, scale);
    return {
      ...fanOut,
      name: `earlier-${fanOut.name}`,
      title: `${fanOut.title}, against the earlier version`,
    };
  });
  return [...posts, ...fanOuts, createEarlierHandshakesScenario(scale)];
}
