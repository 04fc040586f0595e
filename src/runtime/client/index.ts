/** The exports of `posted/client` besides `connect`, the same on every platform. */

export type { Answer, Is, Named } from '../shared/answer.ts';
export type { Content } from '../shared/content.ts';
export { type ErrorCode, PostedError } from '../shared/errors.ts';
export { type TokenRequest, type TokenSource, tokenSource } from '../shared/token-source.ts';
export type { ChannelTypes, ClientChannel, Uncorrelated } from './channel-types.ts';
export type { ClientBase, Connect, Handler } from './client.ts';
export { type ClientErrorCode, PostedClientError } from './client-error.ts';
export type { ConnectOptions } from './client-options.ts';
export type { RequestOptions } from './client-requests.ts';
export type { ClientFailure, InvalidDecision } from './client-settings.ts';
export type { ClientClosed, ClientStatus, ObservableStatus } from './client-status.ts';
export { type CursorStore, localStorageCursor, memoryCursor, type TabCursor } from './cursor-store.ts';
export type { Stop } from './deliveries.ts';
export { exchanging } from './exchanging.ts';
export type { InvalidMessage } from './message-codec.ts';
export type { LoopOptions } from './message-loop.ts';
export type { SendOptions } from './send-queue.ts';
export { sending } from './sending.ts';
export type { Reply } from './server-requests.ts';
