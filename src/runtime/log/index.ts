/** Hints between the nodes that share a log, over Redis, RabbitMQ, Kafka or NATS. */
export * from './hints/broker.ts';
export { type BrokerUrl, parseBrokerUrl } from './hints/broker-url.ts';
export { type BrokerOptions, createBroker } from './hints/create-broker.ts';
