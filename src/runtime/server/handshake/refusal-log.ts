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

/**
 * Returns a function that logs why a handshake was refused and how to allow it. It logs nothing of the request except
 * a refused origin: never the credentials, the path or the query.
 */
export function createRefusalLog({
  log,
  failures,
  settingNames,
}: RefusalLogDeps): (connection: string, refusal: Refusal) => void {
  return (connection, { reason, error, remedy }) => {
    if (error.code === 'internal') {
      failures.write('error', { reason }, { connection, err: error.cause ?? error }, 'a handshake failed');
    } else if (expected.has(reason)) {
      log.debug({ reason, connection }, 'a handshake was refused');
    } else {
      const option = optionToRaise[reason];
      const raise = option && `raise ${settingNames[option] ?? `the option ${option}`}`;
      const fields = { connection, problem: error.message, remedy: remedy ?? raise };
      failures.write('warn', { reason }, fields, 'a handshake was refused');
    }
  };
}
