import type { Ending, Platform, Socket, SocketEvents, SocketTarget } from './platform.ts';

/** How long the server may take to answer a close frame. */
const closeTimeoutMs = 3_000;

/** One connection, with time limits for its opening and closing handshakes. */
export interface ClientConnection extends Omit<Socket, 'abandon'> {
  readonly ended: Promise<Ending>;
}

/** Opens a connection. After `close` no more frames are delivered, and `ended` resolves with its code and reason. */
export function openConnection(
  platform: Platform,
  target: SocketTarget,
  connectTimeoutMs: number,
  events: Pick<SocketEvents, 'opened' | 'frame'>,
): ClientConnection {
  const { promise: ended, resolve } = Promise.withResolvers<Ending>();
  let state: 'connecting' | 'open' | 'ending' = 'connecting';
  let closing: Ending | null = null;

  const socket = platform.open(target, {
    opened() {
      if (state !== 'connecting') return;
      state = 'open';
      clearTimeout(timer);
      events.opened();
    },
    frame(frame) {
      if (state === 'open') events.frame(frame);
    },
    ended(ending) {
      state = 'ending';
      clearTimeout(timer);
      resolve(closing ?? ending);
    },
  });
  let timer = abandonAfter(connectTimeoutMs, {
    kind: 'unreachable',
    cause: new Error(`no answer within ${connectTimeoutMs} ms`),
  });

  function abandonAfter(delayMs: number, ending: Ending) {
    return setTimeout(() => {
      state = 'ending';
      resolve(ending);
      socket.abandon();
    }, delayMs);
  }

  return {
    ended,
    get bufferedBytes() {
      return socket.bufferedBytes;
    },
    send: (frame) => socket.send(frame),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close(code, reason) {
      if (state === 'ending') return;
      clearTimeout(timer);
      closing = { kind: 'closed', code, reason };
      timer = abandonAfter(state === 'open' ? closeTimeoutMs : 0, closing);
      state = 'ending';
      socket.close(code, reason);
    },
  };
}
