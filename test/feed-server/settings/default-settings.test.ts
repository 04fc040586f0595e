import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/feed-server/settings/read-settings.ts';

describe('the defaults of the settings', () => {
  it('are those of development', () => {
    expect(readSettings({ env: {} })).toEqual({
      production: false,
      host: '127.0.0.1',
      port: 8080,
      metricsPort: 'same',
      dataDir: './data',
      workers: 1,
      databaseUrl: undefined,
      databaseDirectUrl: undefined,
      brokerUrl: undefined,
      feedAudience: 'everyone',
      jwtKey: undefined,
      jwtKeys: undefined,
      jwtJwks: undefined,
      jwtIssuer: undefined,
      jwtAudience: undefined,
      jwtLifetimeSeconds: 86_400,
      publishKeys: undefined,
      allowedOrigins: { kind: 'any' },
      trustProxy: undefined,
      trustProxyHeaders: 'x-forwarded',
      maxConnections: 0,
      maxConnectionsPerUser: 0,
      maxConnectionsPerAddress: 0,
      maxPendingHandshakes: 0,
      maxPendingHandshakesPerAddress: 0,
      maxMessagesPerSecond: 0,
      maxDevicesPerUser: 0,
      maxKeysPerUser: 0,
      maxKeysPerPublisher: 100_000,
      maxWrongPasswords: [
        { rate: 5, seconds: 10 },
        { rate: 10, seconds: 600 },
        { rate: 30, seconds: 21_600 },
      ],
      maxWrongPasswordsPerAddress: [
        { rate: 30, seconds: 60 },
        { rate: 100, seconds: 3600 },
        { rate: 500, seconds: 86_400 },
      ],
      maxWrongPasswordsPerUser: [{ rate: 100, seconds: 86_400 }],
      maxPendingPasswords: 1024,
      maxPendingPasswordsPerAddress: 64,
      maxBodyBytes: 131_072,
      maxMessageBytes: 65_536,
      maxMessageFragments: 1024,
      handshakeTimeoutMs: 10_000,
      pingIntervalMs: 30_000,
      retentionSeconds: 604_800,
      logStaleMs: 15_000,
      logGiveUpMs: 120_000,
      acceptSettings: false,
      ackTimeoutMs: 30_000,
      checkpointIntervalMs: 30_000,
      heartbeatIntervalMs: 15_000,
      shutdownDrainMs: 0,
      byeSpreadMs: 2000,
      shutdownTimeoutMs: 10_000,
      logLevel: 'info',
    });
  });

  it('are others in production', () => {
    expect(readSettings({ env: { NODE_ENV: 'production' } })).toMatchObject({
      production: true,
      host: '0.0.0.0',
      allowedOrigins: { kind: 'same-origin' },
      maxConnections: 0,
      maxConnectionsPerUser: 100,
      maxConnectionsPerAddress: 1000,
      maxPendingHandshakes: 10_000,
      maxPendingHandshakesPerAddress: 500,
      maxMessagesPerSecond: 100,
      maxDevicesPerUser: 100,
      maxKeysPerUser: 10_000,
    });
  });
});
