import type { OnMessage } from './frame-parser.ts';

const end = Buffer.from('\n\n');
const data = Buffer.from('data: ');

/** Finds the data of events in the bytes of a stream of server-sent events. Events of one read are passed on without a copy. */
export class EventParser {
  readonly #onMessage: OnMessage;
  /** The start of an event that is split across reads. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  take(buffer: Buffer, start: number, stop: number): void {
    const read = buffer.subarray(start, stop);
    const bytes = this.#rest.length === 0 ? read : Buffer.concat([this.#rest, read]);
    let from = 0;
    for (;;) {
      const to = bytes.indexOf(end, from);
      if (to === -1) break;
      const dataStart = bytes.indexOf(data, from);
      if (dataStart !== -1 && dataStart < to) this.#onMessage(bytes, dataStart + data.length, to);
      from = to + end.length;
    }
    this.#rest = from === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(from));
  }
}
