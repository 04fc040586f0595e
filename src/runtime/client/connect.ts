import { canStream } from '../shared/can-stream.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { ChannelClient } from './channel-client.ts';
import type { ClientDescriptor } from './channel-types.ts';
import { type ChannelTarget, channelUrl } from './channel-url.ts';
import type { Connect } from './client.ts';
import { invalidOptions } from './client-error.ts';
import { type ClientSettings, type ResolvedSettings, resolveSettings } from './client-settings.ts';
import { type Auth, CredentialSource } from './credential-source.ts';
import { CursorKeeper } from './cursor-keeper.ts';
import { type CursorStore, memoryCursor } from './cursor-store.ts';
import { handshakeHeaders } from './handshake-target.ts';
import { encodeAck } from './message-codec.ts';
import type { Platform } from './platform.ts';
import { Resumption } from './resumption.ts';
import type { CreateSending } from './sending.ts';
import type { AnswerFunctions } from './server-requests.ts';

/** The largest window that a server accepts. */
const maxWindow = 256;

/** `ConnectOptions` without the channel's types. */
interface UntypedOptions extends ClientSettings, ChannelTarget {
  readonly resume?: boolean;
  readonly cursor?: CursorStore;
  readonly shareTabs?: boolean;
  readonly onReset?: (message: unknown) => void | Promise<void>;
  readonly auth?: Auth;
  readonly headers?: object;
  readonly answer?: AnswerFunctions;
}

/**
 * Creates the function `connect` of a platform.
 *
 * @param preset for channels without `sending`, which the contract's code for servers does not have
 */
export function createConnect(platform: Platform, preset?: CreateSending): Connect {
  const connect = (channel: ClientDescriptor, options: UntypedOptions): unknown => {
    const url = channelUrl(channel, { ...options, query: resumeQuery(channel, options) });
    const settings = withTransport(channel, options, platform, resolveSettings(options));
    platform.check?.(settings);
    const { sending = preset } = channel;
    if (sending === undefined && channel.receive.some(({ name }) => name !== channel.resume?.ack)) {
      throw invalidOptions('The code of the channel is of an earlier version. Generate it again.');
    }
    const { cursor = memoryCursor(), shareTabs } = options;
    return new ChannelClient({
      platform,
      channel,
      sending,
      url,
      headers: handshakeHeaders(channel, options.headers, platform),
      credentials: CredentialSource.of(channel, options.auth, platform),
      answerFunctions: options.answer,
      resumption: createResumption(channel, url, options, settings, cursor),
      tab: shareTabs === false ? undefined : cursor.tab,
      onReset: options.onReset,
      settings,
      signal: options.signal,
    });
  };
  // The channel's guards ensure at run time what its types promise.
  return connect as Connect;
}

/** @throws PostedClientError `invalid_options` if the channel cannot be read as server-sent events, and must be */
function withTransport(
  channel: ChannelDescriptor,
  { resume }: UntypedOptions,
  { openStream }: Platform,
  settings: ResolvedSettings,
): ResolvedSettings {
  if (resume !== false && openStream !== undefined && canStream(channel)) return settings;
  if (settings.transport !== 'sse') return { ...settings, transport: 'websocket' };
  throw invalidOptions(
    '`transport`: this channel, or this connection, cannot be read as server-sent events.',
  );
}

/** Adds the query parameter that makes a connection resumable, or removes it for `resume: false`. */
function resumeQuery({ resume: names }: ChannelDescriptor, { query = {}, resume }: UntypedOptions): object {
  if (names === undefined) return query;
  const { [names.query]: since, ...others } = query as Readonly<Record<string, unknown>>;
  return resume === false ? others : { ...others, [names.query]: since ?? 'now' };
}

function createResumption(
  channel: ChannelDescriptor,
  { searchParams }: URL,
  { resume }: UntypedOptions,
  { onError, maxWaitingMessages }: ResolvedSettings,
  store: CursorStore,
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
    // What a server sends at most then never fills the inbox.
    window: Math.min(maxWindow, Math.ceil(maxWaitingMessages / 2)),
    encodeAck: (cursor) => encodeAck(channel, names, cursor),
    keeper: new CursorKeeper(store, onError),
    report: onError,
  });
}
