import { defer } from './deferred.ts';
import { Liveness } from './liveness.ts';
import type { Ending, Platform, Socket, SocketEvents, SocketTarget } from './platform.ts';

/** How long the server may take to answer a close frame. */
const closeTimeoutMs = 3_000;

/** One connection, with time limits for its opening and closing handshakes. */
export interface ClientConnection extends Omit<Socket, 'abandon'> {
  readonly ended: Promise<Ending>;
  /** The server sends something at least this often: the connection ends after twice that time without anything. */
  expectHeartbeat(heartbeatMs: number): void;
  /** Ends a connection on which a heartbeat is late: its timer does not run while the machine or the page sleeps. */
  checkHeartbeat(): void;
  /** Ends the connection, or the attempt to open it, without waiting for the server. False if it has ended already. */
  drop(reason: string): boolean;
}

/** Opens a connection. After `close` no more frames are delivered, and `ended` resolves with its code and reason. */
export function openConnection(
  open: Platform['open'],
  target: SocketTarget,
  connectTimeoutMs: number,
  events: Pick<SocketEvents, 'opened' | 'frame'>,
): ClientConnection {
  const { promise: ended, resolve } = defer<Ending>();
  let state: 'connecting' | 'open' | 'ending' = 'connecting';
  let closing: Ending | null = null;
  const liveness = new Liveness((silentMs) => drop(`nothing was received for ${silentMs} ms`));

  const socket = open(target, {
    opened() {
      if (state !== 'connecting') return;
      state = 'open';
      clearTimeout(timer);
      events.opened();
    },
    frame(frame) {
      liveness.received();
      if (state === 'open') events.frame(frame);
    },
    ended(ending) {
      state = 'ending';
      clearTimeout(timer);
      liveness.pause();
      resolve(closing ?? ending);
    },
  });
  let timer = abandonAfter(connectTimeoutMs, {
    kind: 'unreachable',
    cause: new Error(`no answer within ${connectTimeoutMs} ms`),
  });

  function abandonAfter(delayMs: number, ending: Ending) {
    return setTimeout(() => end(ending), delayMs);
  }

  function drop(reason: string): boolean {
    if (state === 'ending') return false;
    const cause = new Error(reason);
    end(
      state === 'open' ? { kind: 'closed', code: 1006, reason: '', cause } : { kind: 'unreachable', cause },
    );
    return true;
  }

  /** Does not wait for the server. */
  function end(ending: Ending): void {
    state = 'ending';
    clearTimeout(timer);
    liveness.pause();
    resolve(ending);
    socket.abandon();
  }

  return {
    ended,
    get bufferedBytes() {
      return socket.bufferedBytes;
    },
    send: (frame) => socket.send(frame),
    pause() {
      const isPaused = socket.pause();
      if (isPaused) liveness.pause();
      return isPaused;
    },
    resume() {
      if (state === 'open') liveness.resume();
      socket.resume();
    },
    expectHeartbeat(heartbeatMs) {
      if (state === 'open') liveness.expect(heartbeatMs);
    },
    checkHeartbeat: () => liveness.check(),
    drop,
    close(code, reason) {
      if (state === 'ending') return;
      clearTimeout(timer);
      liveness.pause();
      closing = { kind: 'closed', code, reason };
      timer = abandonAfter(state === 'open' ? closeTimeoutMs : 0, closing);
      state = 'ending';
      socket.close(code, reason);
    },
  };
}
