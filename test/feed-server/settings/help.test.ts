import { describe, expect, it } from 'vitest';
import { renderHelp, renderSettingsTable } from '../../../src/feed-server/settings/help.ts';

describe('the help', () => {
  const names = [
    'NODE_ENV',
    'HOST',
    'PORT',
    'METRICS_PORT',
    'DATA_DIR',
    'DATABASE_URL',
    'DATABASE_DIRECT_URL',
    'BROKER_URL',
    'WORKERS',
    'FEED_AUDIENCE',
    'JWT_SECRET',
    'JWT_KEYS',
    'JWT_PUBLIC_KEY',
    'JWT_JWKS',
    'JWT_ISSUER',
    'JWT_AUDIENCE',
    'JWT_LIFETIME_SECONDS',
    'PUBLISH_KEYS',
    'ALLOWED_ORIGINS',
    'TRUST_PROXY',
    'TRUST_PROXY_HEADERS',
    'MAX_CONNECTIONS',
    'MAX_CONNECTIONS_PER_USER',
    'MAX_CONNECTIONS_PER_ADDRESS',
    'MAX_PENDING_HANDSHAKES',
    'MAX_PENDING_HANDSHAKES_PER_ADDRESS',
    'MAX_MESSAGES_PER_SECOND',
    'MAX_DEVICES_PER_USER',
    'MAX_KEYS_PER_USER',
    'MAX_KEYS_PER_PUBLISHER',
    'MAX_WRONG_PASSWORDS',
    'MAX_WRONG_PASSWORDS_PER_ADDRESS',
    'MAX_WRONG_PASSWORDS_PER_USER',
    'MAX_PENDING_PASSWORDS',
    'MAX_PENDING_PASSWORDS_PER_ADDRESS',
    'MAX_BODY_BYTES',
    'MAX_MESSAGE_BYTES',
    'MAX_MESSAGE_FRAGMENTS',
    'HANDSHAKE_TIMEOUT_MS',
    'PING_INTERVAL_MS',
    'RETENTION_SECONDS',
    'LOG_STALE_MS',
    'LOG_GIVE_UP_MS',
    'ACCEPT_SETTINGS',
    'ACK_TIMEOUT_MS',
    'CHECKPOINT_INTERVAL_MS',
    'HEARTBEAT_INTERVAL_MS',
    'SHUTDOWN_DRAIN_MS',
    'BYE_SPREAD_MS',
    'SHUTDOWN_TIMEOUT_MS',
    'LOG_LEVEL',
  ];

  it('lists every setting and every flag', () => {
    const lines = renderHelp().split('\n');
    expect(lines.filter((line) => /^ {2}[A-Z]/.test(line)).map((line) => line.trim())).toEqual(names);
    for (const flag of ['--config', '--workers', '--accept-settings', '--help', '--version'])
      expect(renderHelp()).toContain(flag);
  });

  it('renders a table with a row of four cells per setting', () => {
    const rows = renderSettingsTable()
      .trimEnd()
      .split('\n')
      .map((row) => row.split('|').slice(1, -1));
    expect(rows.map((cells) => cells.length)).toEqual(Array.from({ length: names.length + 2 }, () => 4));
    expect(rows.slice(2).map(([name]) => name)).toEqual(names.map((name) => ` \`${name}\` `));
    expect(renderSettingsTable()).toContain('`127.0.0.1`; in production `0.0.0.0` |');
  });
});
