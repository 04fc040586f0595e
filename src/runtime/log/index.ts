/** What the nodes of an application exchange over Redis, RabbitMQ, Kafka or NATS: hints about a log, and messages. */
export type * from '../shared/bus.ts';
export type { JoinedTopic } from './engine.ts';
export * from './event.ts';
export * from './hints/broker.ts';
export { type BrokerUrl, parseBrokerUrl } from './hints/broker-url.ts';
export { type BrokerOptions, createBroker, createBus } from './hints/create-broker.ts';
export * from './topics/topics.ts';
