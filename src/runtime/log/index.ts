/**
 * A durable log that clients resume from, and what the nodes of an application exchange over Redis, RabbitMQ, Kafka or
 * NATS: hints about the log, and messages.
 */
export type * from '../shared/bus.ts';
export { backupLog, restoreLog } from './backup-log.ts';
export type * from './cursor.ts';
export { decodeCursor, decodedCursor, encodeCursor } from './cursor.ts';
export type * from './engine.ts';
export * from './event.ts';
export type * from './event-log.ts';
export * from './hints/broker.ts';
export { type BrokerUrl, parseBrokerUrl } from './hints/broker-url.ts';
export { type BrokerOptions, createBroker, createBus, createSharedLimits } from './hints/create-broker.ts';
export type { SharedLimits } from './hints/shared-limits.ts';
export { type MigrateLogOptions, migrateLog } from './migrate-log.ts';
export type { ColumnTypes } from './migrations/0000-posted-0001-log.ts';
export type { MigrationResult, Migrations } from './migrations/run-migrations.ts';
export { joinLiveNodes, type LiveNodes, type LiveNodesOptions } from './nodes/live-nodes.ts';
export * from './open-log.ts';
export * from './open-shared-log.ts';
export { type RowsWithCursor, readWithCursor } from './read-with-cursor.ts';
export type { LogTables } from './tables.ts';
export type { Tail } from './tail.ts';
export type * from './tail-listener.ts';
export type * from './writes/write-definition.ts';
