import type { Ending, Platform, Socket, SocketEvents, SocketTarget } from './socket.ts';

/** How long the server may take to answer a close frame. */
const closeTimeoutMs = 3_000;

/** One connection, from the handshake to its end, each of which is bounded in time. */
export interface Connection extends Omit<Socket, 'abandon'> {
  readonly ended: Promise<Ending>;
}

/** Opens a connection. After `close` no frame is handed over any more, and the ending is that closing. */
export function openConnection(
  platform: Platform,
  target: SocketTarget,
  connectTimeoutMs: number,
  events: Pick<SocketEvents, 'opened' | 'frame'>,
): Connection {
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
  let timer = giveUpAfter(connectTimeoutMs, {
    kind: 'unreachable',
    cause: new Error(`no answer in ${connectTimeoutMs} ms`),
  });

  function giveUpAfter(delayMs: number, ending: Ending) {
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
      timer = giveUpAfter(state === 'open' ? closeTimeoutMs : 0, closing);
      state = 'ending';
      socket.close(code, reason);
    },
  };
}
