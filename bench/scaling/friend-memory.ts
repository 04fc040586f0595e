import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Hub } from '../../src/feed/hub.ts';

const users = 1000;
const friendsOfEach = 200;
const authors = 100_000;

/** Bytes of memory that one friend of one connected user takes in the hub. */
export async function measureFriendBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let next = 0;
  const hub = new Hub<object>({
    // As the database gives them: each id a text of its own.
    friendsOf: async () =>
      Array.from({ length: friendsOfEach }, () => {
        next = (next + 7919) % authors;
        return { id: `00000000-0000-4000-8000-${String(next).padStart(12, '0')}`, sinceSeq: next };
      }),
    deliver() {},
  });
  collect();
  const before = process.memoryUsage().heapUsed;
  const subscriptions = [];
  for (let user = 0; user < users; user += 1) {
    const subscription = await hub.subscribe(`user ${user}`, 'friends');
    hub.join(subscription, {});
    subscriptions.push(subscription);
  }
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / (users * friendsOfEach);
  for (const subscription of subscriptions) hub.end(subscription);
  return Math.round(bytes);
}
