import { type Encoded, InvalidMessageError } from '../../server/handlers.ts';
import type { Position } from '../cursor.ts';
import type { LogEvent, SentMessage } from '../event.ts';
import type { ResetReason } from '../tail-listener.ts';
import type { SubscriberFrames } from './subscriber-frames.ts';

/** The messages with which a channel controls its resumable connections, as the contract's functions encode them. */
export interface ControlEncoders {
  ready(content: {
    readonly cursor: string;
    readonly resumed: boolean;
    readonly window: number;
    readonly heartbeatMs?: number;
  }): Encoded;
  checkpoint(content: { readonly cursor: string }): Encoded;
  reset(content: { readonly cursor: string; readonly reason: ResetReason }): Encoded;
  bye(content: { readonly retryAfterMs: number }): Encoded;
  alive(content: { readonly staleMs: number }): Encoded;
}

export interface ChannelFramesOptions<Content> {
  readonly control: ControlEncoders;
  /** The content of a message without its cursor, whose parsed payload breaks the contract at worst. */
  readonly contentOf: (message: SentMessage, payload: unknown) => Content;
  /** By name in the contract: how each message that the log may have is encoded for resumable connections. */
  readonly encoders: Readonly<Record<string, (content: Content & { readonly cursor: string }) => Encoded>>;
  readonly encodeCursor: (position: Position) => string;
}

export interface ChannelFrames<Content> extends SubscriberFrames {
  /** The content of a message, parsed once for all who need it one after another. */
  contentOf(message: SentMessage): Content;
}

const noMessage: { readonly message: SentMessage | null; readonly frame: Encoded | null } = {
  message: null,
  frame: null,
};

/** Turns events of the log into frames. Each is encoded once, however many connections get it. */
export function createChannelFrames<Content extends object>({
  control,
  contentOf,
  encoders,
  encodeCursor,
}: ChannelFramesOptions<Content>): ChannelFrames<Content> {
  const encoderOf = new Map(Object.entries(encoders));
  /** Shared by live subscribers and by all replays while the event is in memory. */
  const encoded = new WeakMap<LogEvent, Encoded | null>();
  // Subscribers need the same message one after another: comparing is faster than a lookup.
  let lastMessage = noMessage;
  let lastContent: { readonly message: SentMessage; readonly content: Content } | null = null;
  let willForget = false;

  /** A message that is redacted must not remain here until the next one is sent. */
  function forgetInNextTurn(): void {
    if (willForget) return;
    willForget = true;
    setImmediate(() => {
      willForget = false;
      lastMessage = noMessage;
      lastContent = null;
    });
  }

  function parsedContentOf(message: SentMessage): Content {
    if (lastContent?.message !== message) {
      lastContent = { message, content: contentOf(message, JSON.parse(message.payload)) };
      forgetInNextTurn();
    }
    return lastContent.content;
  }

  function encode(message: SentMessage): Encoded | null {
    const encoder = encoderOf.get(message.message);
    if (encoder === undefined) return null;
    return nullIfInvalid(() => encoder({ ...parsedContentOf(message), cursor: encodeCursor(message) }));
  }

  const checkpointAt = keepLast((cursor: string) => control.checkpoint({ cursor }));
  const aliveAfter = keepLast((staleMs: number) => control.alive({ staleMs }));

  return {
    knows: ({ message }) => encoderOf.has(message),
    contentOf: parsedContentOf,
    message(message) {
      if (lastMessage.message === message) return lastMessage.frame;
      let frame = encoded.get(message);
      if (frame === undefined) {
        frame = encode(message);
        encoded.set(message, frame);
      }
      lastMessage = { message, frame };
      forgetInNextTurn();
      return frame;
    },
    ready(position, resumed, { window, heartbeatMs }) {
      const content = { cursor: encodeCursor(position), resumed, window };
      // Deployed clients accept no other property in it.
      return nullIfInvalid(() => control.ready(heartbeatMs === null ? content : { ...content, heartbeatMs }));
    },
    checkpoint: (position) => checkpointAt(encodeCursor(position)),
    reset: (position, reason) =>
      nullIfInvalid(() => control.reset({ reason, cursor: encodeCursor(position) })),
    bye: (retryAfterMs) => nullIfInvalid(() => control.bye({ retryAfterMs })),
    alive: aliveAfter,
  };
}

/** Encodes a frame once for all connections that need it one after another. */
function keepLast<Key>(encode: (key: Key) => Encoded): (key: Key) => Encoded | null {
  let last: { readonly key: Key; readonly frame: Encoded | null } | null = null;
  return (key) => {
    if (last?.key !== key) last = { key, frame: nullIfInvalid(() => encode(key)) };
    return last.frame;
  };
}

/** A message that breaks the contract, which the runtime logs, must not stop the delivery of others. */
export function nullIfInvalid<Value>(send: () => Value): Value | null {
  try {
    return send();
  } catch (thrown) {
    if (thrown instanceof InvalidMessageError) return null;
    throw thrown;
  }
}
