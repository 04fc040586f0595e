import { closeCodes } from '../../shared/close-codes.ts';
import { readPath } from '../../shared/identify-message.ts';
import type { Frame, Socket, SocketEvents } from '../platform.ts';
import type { FrameLog } from './frame-log.ts';
import { parseFrame } from './parse-frame.ts';
import type { TabDeps } from './tab-deps.ts';

/** How long a reply to what was sent may take: the default of requests. */
const replyMs = 10_000;

/** The connection of a tab that does not share one. It has no device, which belongs to the shared connection. */
export class SoloSocket {
  readonly #socket: Socket;
  readonly #cursorProperty: string;
  #cursor: string;
  /** How many messages it may be behind when the tab shares a connection again: clients acknowledge as many at once. */
  #maxLag = 0;
  /** The cursors that the client was given and has not acknowledged, from the start on. */
  #unacked: string[];
  #isStartAcked = false;
  #isOpen = false;
  /** Frames that the client sent before the connection was open. */
  #waiting: Frame[] = [];
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #hasLeft = false;

  /** `wasOpen`: the client had a share of the connection before. */
  constructor({ target, names, open }: TabDeps, since: string, wasOpen: boolean, events: SocketEvents) {
    this.#cursorProperty = names.cursor;
    this.#cursor = since;
    this.#unacked = [since];
    const url = new URL(target.url);
    url.searchParams.set(names.query, since);
    for (const name of [names.device, names.instance]) {
      if (name !== undefined) url.searchParams.delete(name);
    }
    this.#socket = open(
      { ...target, url },
      {
        opened: () => {
          if (this.#hasLeft) return;
          this.#isOpen = true;
          for (const frame of this.#waiting.splice(0)) this.#socket.send(frame);
          if (!wasOpen) events.opened();
        },
        frame: (frame) => {
          if (this.#hasLeft) return;
          this.#received(parseFrame(frame));
          events.frame(frame);
        },
        ended: (ending) => {
          if (this.#hasLeft) return;
          const isLost = wasOpen && ending.kind !== 'closed';
          events.ended(isLost ? { kind: 'closed', code: 1006, reason: '' } : ending);
        },
      },
    );
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes + this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  /** The newest cursor that the client was given. */
  get cursor(): string {
    return this.#cursor;
  }

  /**
   * Whether the tab can share a connection with this log: it is not far behind, its client has processed almost everything
   * that it was given, and it waits for no reply.
   */
  hasCaughtUpWith(log: FrameLog): boolean {
    return (
      this.#isStartAcked &&
      this.#unacked.length <= this.#maxLag &&
      log.end - (log.positionOf(this.#cursor) ?? Number.NEGATIVE_INFINITY) <= this.#maxLag &&
      performance.now() - this.#sentAtMs > replyMs
    );
  }

  send(frame: Frame): void {
    const cursor = readPath(parseFrame(frame), [this.#cursorProperty]);
    if (typeof cursor === 'string') {
      const acked = this.#unacked.lastIndexOf(cursor);
      // The server knows no cursor that it has sent on another connection, and no ack before its `ready`.
      if (acked === -1 || !this.#isOpen) return;
      this.#unacked = this.#unacked.slice(acked + 1);
      this.#isStartAcked = true;
    } else this.#sentAtMs = performance.now();
    if (this.#isOpen) this.#socket.send(frame);
    else this.#waiting.push(frame);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Closes it without telling the client. */
  leave(): void {
    this.#hasLeft = true;
    this.#socket.close(closeCodes.normal.code, '');
  }

  #received(value: unknown): void {
    const window = readPath(value, ['window']);
    if (typeof window === 'number') this.#maxLag = Math.max(1, window / 4);
    const cursor = readPath(value, [this.#cursorProperty]);
    if (typeof cursor !== 'string' || cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#unacked.push(cursor);
  }
}
