/** What `posted/client` offers beside `connect`, the same on every platform. */
export type { ChannelTypes, ClientChannel, ReceivedMessage, Uncorrelated } from './channel.ts';
export type { Client, ClientClosed, ClientStatus, Connect } from './client.ts';
export { type ClientErrorCode, PostedClientError } from './client-error.ts';
export { type CursorStore, memoryCursor } from './cursor-store.ts';
export type { InvalidMessage } from './messages.ts';
export type { ConnectOptions } from './options.ts';
export type { RequestOptions } from './requests.ts';
export type { InvalidDecision } from './settings.ts';
