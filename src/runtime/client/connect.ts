import type { ChannelDescriptor } from '../shared/descriptor.ts';
import type { AnswerHandlers } from './answers.ts';
import { ChannelClient } from './channel-client.ts';
import { type ChannelTarget, channelUrl } from './channel-url.ts';
import type { Connect } from './client.ts';
import { CredentialSource, type Credentials } from './credential-source.ts';
import { CursorKeeper } from './cursor-keeper.ts';
import { type CursorStore, memoryCursor } from './cursor-store.ts';
import type { MessageHandlers } from './deliveries.ts';
import { handshakeHeaders } from './handshake-headers.ts';
import { encodeAck } from './messages.ts';
import { Resumption } from './resumption.ts';
import { type ClientSettings, type ResolvedSettings, resolveSettings } from './settings.ts';
import type { Platform } from './socket.ts';

/** What `ConnectOptions` comes to once the channel's types are left aside. */
interface AnyOptions extends ClientSettings, ChannelTarget {
  readonly resume?: boolean;
  readonly cursors?: CursorStore;
  readonly onReset?: (message: unknown) => void | Promise<void>;
  readonly credentials?: Credentials;
  readonly headers?: object;
  readonly on?: MessageHandlers;
  readonly answer?: AnswerHandlers;
}

/** Makes the `connect` of a platform. */
export function createConnect(platform: Platform): Connect {
  const connect = (channel: ChannelDescriptor, options: AnyOptions): ChannelClient => {
    const url = channelUrl(channel, { ...options, query: completeQuery(channel, options) });
    const settings = resolveSettings(options);
    return new ChannelClient({
      platform,
      channel,
      url,
      headers: handshakeHeaders(channel, options.headers, platform),
      credentials: CredentialSource.of(channel, options.credentials, platform),
      handlers: options.on,
      answerHandlers: options.answer,
      resumption: createResumption(channel, url, options, settings),
      onReset: options.onReset,
      settings,
      signal: options.signal,
    });
  };
  // The channel's guards keep what its types promise: here the two meet.
  return connect as Connect;
}

/** With the parameter that makes a connection resumable, or without it. */
function completeQuery({ resume: names }: ChannelDescriptor, { query = {}, resume }: AnyOptions): object {
  if (names === undefined) return query;
  const { [names.query]: since, ...others } = query as Readonly<Record<string, unknown>>;
  return resume === false ? others : { ...others, [names.query]: since ?? 'now' };
}

function createResumption(
  channel: ChannelDescriptor,
  { searchParams }: URL,
  { resume, cursors = memoryCursor() }: AnyOptions,
  { onError }: ResolvedSettings,
): Resumption | null {
  const { query, resume: names } = channel;
  if (names === undefined || query === undefined || resume === false) return null;
  return new Resumption({
    names,
    since: searchParams.get(names.query) ?? 'now',
    isCursor: (text) =>
      text !== 'now' &&
      text !== 'acked' &&
      query({ ...Object.fromEntries(searchParams), [names.query]: text }),
    encodeAck: (place) => encodeAck(channel, names, place),
    keeper: new CursorKeeper(cursors, onError),
    report: onError,
  });
}
