import type { Log } from '../../shared/log.ts';
import type { LogLimit } from '../../shared/log-limit.ts';
import type { RefusalReason } from '../observer.ts';
import type { RefusingOption, SettingNames } from '../options.ts';
import type { Refusal } from './refusal.ts';

/** The options that an operator can raise to prevent a refusal. */
const optionToRaise: Readonly<Partial<Record<RefusalReason, RefusingOption>>> = {
  capacity: 'maxConnections',
  user_limit: 'maxConnectionsPerUser',
  address_limit: 'maxConnectionsPerAddress',
  pending_limit: 'maxPendingHandshakes',
  address_pending_limit: 'maxPendingHandshakesPerAddress',
  timeout: 'handshakeTimeoutMs',
};

/** Refusals that are part of normal operation. */
const expected: ReadonlySet<RefusalReason> = new Set(['gone', 'shutting_down']);

export interface RefusalLogDeps {
  readonly log: Log;
  readonly failures: LogLimit;
  readonly settingNames: SettingNames;
}

interface Refused {
  /** The id of the connection that was not opened. */
  readonly connection: string;
  /** Of the client. */
  readonly address: string;
}

/**
 * Returns a function that logs why a handshake was refused and how to allow it. It logs nothing of the request except
 * its address and a refused origin: never the credentials, the path or the query.
 */
export function createRefusalLog({
  log,
  failures,
  settingNames,
}: RefusalLogDeps): (refused: Refused, refusal: Refusal) => void {
  return (refused, { reason, error, remedy }) => {
    if (error.code === 'internal') {
      failures.write('error', { reason }, { ...refused, err: error.cause ?? error }, 'a handshake failed');
    } else if (expected.has(reason)) {
      log.debug({ reason, ...refused }, 'a handshake was refused');
    } else {
      const option = optionToRaise[reason];
      const raise = option && `raise ${settingNames[option] ?? `the option ${option}`}`;
      const fields = { ...refused, problem: error.message, remedy: remedy ?? raise };
      failures.write('warn', { reason }, fields, 'a handshake was refused');
    }
  };
}
