import type { ChannelDescriptor } from '../contract/descriptor.ts';
import { ChannelClient, type MessageHandlers } from './channel-client.ts';
import { type ChannelTarget, channelUrl } from './channel-url.ts';
import type { Connect } from './client.ts';
import { type ClientSettings, resolveSettings } from './options.ts';
import type { Platform } from './socket.ts';
import { type Credentials, TokenSource } from './token-source.ts';

/** What `ConnectOptions` comes to once the channel's types are left aside. */
interface AnyOptions extends ClientSettings, ChannelTarget {
  readonly credentials?: Credentials;
  readonly on?: MessageHandlers;
}

/** Makes the `connect` of a platform. */
export function createConnect(platform: Platform): Connect {
  const connect = (channel: ChannelDescriptor, options: AnyOptions): ChannelClient =>
    new ChannelClient({
      platform,
      channel,
      url: channelUrl(channel, options),
      tokens: TokenSource.of(channel, options.credentials),
      handlers: options.on,
      settings: resolveSettings(options),
      signal: options.signal,
    });
  // The channel's guards keep what its types promise: here the two meet.
  return connect as Connect;
}
