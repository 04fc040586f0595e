/** Tests of an application: its server without a network, real clients, and a clock. */
export type { Clock } from './clock.ts';
export type { Duration } from './duration.ts';
export type { Connectivity, TestClient } from './test-client.ts';
export type { TestConnectOptions } from './test-options.ts';
export { type RestartableTestServer, type TestedServer, type TestServer, testServer } from './test-server.ts';
