/** The exports of `posted/client` besides `connect`, the same on every platform. */
export type { ChannelTypes, ClientChannel, ReceivedMessage, Uncorrelated } from './channel-types.ts';
export type { Client, Connect } from './client.ts';
export { type ClientErrorCode, PostedClientError } from './client-error.ts';
export type { ConnectOptions } from './client-options.ts';
export type { RequestOptions } from './client-requests.ts';
export type { InvalidDecision } from './client-settings.ts';
export type { ClientClosed, ClientStatus } from './client-status.ts';
export { type CursorStore, memoryCursor } from './cursor-store.ts';
export type { InvalidMessage } from './message-codec.ts';
