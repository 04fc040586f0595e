import { closeCodes } from '../../shared/close-codes.ts';
import type { Ending } from '../platform.ts';

/** With these codes, a server closes a connection because of something that the client sent. */
const faults: ReadonlySet<number> = new Set(
  [
    closeCodes.protocolError,
    closeCodes.unsupportedData,
    closeCodes.invalidData,
    closeCodes.policyViolation,
    closeCodes.tooBig,
    closeCodes.badMessage,
  ].map(({ code }) => code),
);

/** How the connection ends for a tab that has nothing to do with the reason: its client connects again. */
const again: Ending = { kind: 'closed', code: closeCodes.serviceRestart.code, reason: '' };

export interface SharedEnding {
  readonly ending: Ending;
  /** A hash of the credentials that the connection was opened with. */
  readonly credential: string;
  /** The tabs that may have sent what the server closed the connection for. */
  readonly senders: readonly string[];
}

/** How the shared connection ends for one tab: as a connection of its own would have. */
export function endingOfTab(
  { ending, credential, senders }: SharedEnding,
  tab: { readonly id: string; readonly credential: string | undefined },
): Ending {
  const isUnauthorized =
    (ending.kind === 'refused' && ending.status === 401) ||
    (ending.kind === 'closed' && ending.code === closeCodes.unauthorized.code);
  if (isUnauthorized) return tab.credential === credential ? ending : again;
  const isFault = ending.kind === 'closed' && faults.has(ending.code) && senders.length > 0;
  return isFault && !senders.includes(tab.id) ? again : ending;
}

/** A copy that can be sent to another tab, which `cause` may prevent. */
export function portableEnding(ending: Ending): Ending {
  if (ending.kind === 'refused') return ending;
  const { cause, ...portable } = ending;
  return cause instanceof Error ? { ...portable, cause: new Error(cause.message) } : portable;
}
