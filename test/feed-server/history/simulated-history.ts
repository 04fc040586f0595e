import type { Random } from '../../support/history/random.ts';
import type { ClientHistory, History, Link, SeenPost, SeenReset } from './history.ts';
import { idOf } from './history-builders.ts';
import { createLogModel, isVisible, type LogModel, type ModelSize, userOf } from './log-model.ts';

/**
 * Simulates a history of a server without faults, in which each client is a cursor over a log. Whatever
 * the intervals of the requests leave open is random, so that the checker is tested with all legal outcomes.
 */
export function simulateHistory(random: Random, size: ModelSize): History {
  const model = createLogModel(random, size);
  return {
    retentionMs: model.retentionMs,
    posts: model.posts,
    friendChanges: model.changes,
    epochBumps: [{ sentMs: model.bumpMs - 20, answeredMs: model.bumpMs + 20 }],
    clients: Array.from({ length: size.clients }, (_, client) => simulateClient(random, model, client)),
  };
}

interface SimulatedLife {
  readonly seen: SeenPost[];
  readonly resets: SeenReset[];
  readonly resumedAfter: string | null;
}

function simulateClient(random: Random, model: LogModel, client: number): ClientHistory {
  const { log, bumpMs, endMs, retentionMs } = model;
  const user = userOf(client);
  const audience = client % 2 === 0 ? 'everyone' : 'friends';
  const startMs = random.between(0, 0.1) * endMs;
  const links = makeLinks(random, startMs, model);
  let life: SimulatedLife = { seen: [], resets: [], resumedAfter: null };
  const lives = [life];
  /** The index of the next post in the log. */
  let cursor = indexAfter(log, startMs);

  for (const [index, { fromMs, toMs }] of links.entries()) {
    if (index > 0 && random.chance(0.2)) {
      // A new process sees the last posts again if its predecessor had not saved the cursor.
      const resumed = life.seen.at(-1 - random.integer(0, 4));
      life = { seen: [], resets: [], resumedAfter: resumed?.text ?? null };
      lives.push(life);
      if (resumed !== undefined) cursor = log.findIndex(({ key }) => key === resumed.text) + 1;
    }
    let clockMs = fromMs + 1;
    const isOfOldEpoch = (links[index - 1]?.fromMs ?? bumpMs) < bumpMs && clockMs > bumpMs;
    const isExpired = (log[cursor]?.commitMs ?? clockMs) < clockMs - retentionMs;
    if (isOfOldEpoch || isExpired) {
      life.resets.push({ atMs: clockMs, reason: isOfOldEpoch ? 'epoch' : 'expired' });
      cursor = indexAfter(log, clockMs);
    }
    for (let post = log[cursor]; post !== undefined; post = log[cursor]) {
      const atMs = Math.max(clockMs, post.commitMs);
      if (toMs !== null && atMs >= toMs) break;
      cursor += 1;
      if (audience === 'friends' && !isVisible(model, user, post, atMs)) continue;
      clockMs = atMs + 0.001;
      life.seen.push({ atMs: clockMs, postId: idOf(post.key), author: post.author, text: post.key });
    }
  }
  const subscribed = { sentMs: startMs - 1, answeredMs: startMs + 1 };
  return { name: `client${client}`, user, audience, subscribed, leftMs: null, links, lives };
}

function indexAfter(log: LogModel['log'], atMs: number): number {
  const index = log.findIndex(({ commitMs }) => commitMs > atMs);
  return index === -1 ? log.length : index;
}

/** All connections end with the epoch, and some clients are away for longer than the retention. */
function makeLinks(random: Random, startMs: number, { endMs, bumpMs, retentionMs }: LogModel): Link[] {
  const links: Link[] = [];
  let fromMs = startMs - 1;
  while (fromMs < endMs * 0.9) {
    const untilMs = fromMs + random.between(0.02, 0.2) * endMs;
    const toMs = fromMs < bumpMs ? Math.min(untilMs, bumpMs - 1) : untilMs;
    links.push({ fromMs, toMs });
    fromMs = toMs + (random.chance(0.1) ? retentionMs * 1.5 : random.between(2, 0.02 * endMs));
  }
  return [...links, { fromMs, toMs: null }];
}
