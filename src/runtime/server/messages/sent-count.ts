import type { Outbox } from '../connection/outbox.ts';

/**
 * Counts messages that are sent to one connection each, and tells how many there were once in a turn of
 * the event loop: to count one in a metric takes as long as to queue it.
 */
export function createSentCount(
  outbox: Pick<Outbox, 'afterFlush'>,
  tell: (message: string, connections: number) => void,
): (message: string) => void {
  let counted = '';
  let connections = 0;

  function tellCounted(): void {
    if (connections > 0) tell(counted, connections);
    connections = 0;
  }

  return (message) => {
    if (message !== counted) tellCounted();
    counted = message;
    if (connections === 0) outbox.afterFlush(tellCounted);
    connections += 1;
  };
}
