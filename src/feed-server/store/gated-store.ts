import { Gate } from './gate.ts';
import type { Store } from './store.ts';

/** What an engine does itself. */
export type Operations = Omit<Store, 'ping' | 'close'>;

/** A store of an engine's operations, at most `maxPending` of them at a time. `release` lets go of the engine. */
export function createGatedStore(
  operations: Operations,
  maxPending: number,
  release: () => Promise<void>,
): Store {
  const gate = new Gate(maxPending);
  const gated =
    <Input extends unknown[], Output>(operation: (...input: Input) => Promise<Output>) =>
    (...input: Input): Promise<Output> =>
      gate.enter(() => operation(...input));

  return {
    appendPost: gated(operations.appendPost),
    appendFriendSet: gated(operations.appendFriendSet),
    appendFriendDeleted: gated(operations.appendFriendDeleted),
    eventsAfter: gated(operations.eventsAfter),
    headSeq: gated(operations.headSeq),
    history: gated(operations.history),
    startNewEpoch: gated(operations.startNewEpoch),
    prune: gated(operations.prune),
    findDeviceCursor: gated(operations.findDeviceCursor),
    saveDeviceCursors: gated(operations.saveDeviceCursors),
    friendsOf: gated(operations.friendsOf),
    insertUser: gated(operations.insertUser),
    findUser: gated(operations.findUser),
    findPasswordHash: gated(operations.findPasswordHash),
    searchUsers: gated(operations.searchUsers),
    findPost: gated(operations.findPost),
    updatePost: gated(operations.updatePost),
    deletePost: gated(operations.deletePost),
    feedOf: gated(operations.feedOf),
    ping: gated(async () => {
      await operations.headSeq();
    }),
    async close() {
      await gate.close();
      await release();
    },
  };
}
