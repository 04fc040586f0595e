import type { AppCore } from '../server/app-core.ts';
import { readRevocation } from '../shared/revocation.ts';
import type { ServedLog } from './served-log.ts';

/** Applies the revocations in the log, so that a node that has missed the message on the bus still closes connections. */
export function followRevocations({ tail }: Pick<ServedLog, 'tail'>, core: AppCore): void {
  tail.follow({
    apply(event) {
      if (event.kind !== 'revoke') return;
      const revocation = readRevocation(JSON.parse(event.payload));
      if (revocation !== undefined) core.revoked(revocation);
    },
    async beforeSkip() {},
    // A new history has lost its newest events on all nodes; pruned ones were lost only on this node.
    skipped: (reason) => core.missedRevocations({ reconnect: reason === 'expired' }),
    stopped() {},
    gaveUp() {},
  });
}
