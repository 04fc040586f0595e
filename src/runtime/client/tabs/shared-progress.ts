import { Acks } from '../resumption.ts';
import type { FrameLog } from './frame-log.ts';

export interface SharedProgressDeps {
  readonly log: FrameLog;
  /** The cursor at which the server has started the connection. */
  readonly start: string;
  readonly window: number;
  readonly sendAck: (cursor: string) => void;
  /** Saves what all tabs have processed. */
  readonly save: (cursor: string) => void;
}

/** What all tabs of a connection have processed: it is acknowledged and saved. */
export class SharedProgress {
  readonly #deps: SharedProgressDeps;
  readonly #acks: Acks;
  /** The server knows no cursors before it on this connection. */
  #firstAck: number;
  #acked = -1;
  #saved = -1;
  #ackedCursor: string;

  constructor(deps: SharedProgressDeps) {
    const { log, start, window, sendAck } = deps;
    this.#deps = deps;
    this.#acks = new Acks(sendAck, window);
    // If the connection starts elsewhere, a reset follows, and the server does not know the cursor before it.
    this.#firstAck = log.newest === start ? log.end : log.end + 1;
    this.#ackedCursor = start;
  }

  /** The cursor that the server has for the device. */
  get ackedCursor(): string {
    return this.#ackedCursor;
  }

  /** All tabs have processed everything before `position`. It is not saved while a tab that nobody can place is behind. */
  moveTo(position: number, mayBeSaved: boolean): void {
    const { log, save } = this.#deps;
    const cursor = log.cursorAt(position);
    if (cursor === undefined) return;
    if (position >= this.#firstAck && position > this.#acked) {
      this.#acked = position;
      this.#ackedCursor = cursor;
      this.#acks.acknowledge(cursor);
    }
    if (!mayBeSaved || position <= this.#saved) return;
    this.#saved = position;
    save(cursor);
  }

  /** The newest message is a reset: the server has forgotten the cursors before it. */
  reset(): void {
    this.#acks.stop();
    this.#firstAck = this.#deps.log.end;
  }

  /** Sends the last ack. */
  stop(): void {
    this.#acks.flush();
  }
}
