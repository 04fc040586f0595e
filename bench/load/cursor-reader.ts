import { textFrame } from './text-frame.ts';

/** The number of cursors to keep: more than a window. */
const kept = 1024;

/** The cursor of a post is the same for all subscribers, so it is parsed once, and its ack is created once. */
export class CursorReader {
  readonly #cursors = new Map<number, string>();
  readonly #frames = new Map<string, Buffer>();

  /** @throws Error for a message without a cursor */
  cursorOf(post: number, bytes: Buffer, start: number, end: number): string {
    const known = this.#cursors.get(post);
    if (known !== undefined) return known;
    const { cursor } = JSON.parse(bytes.toString('utf8', start, end)) as { readonly cursor?: unknown };
    if (typeof cursor !== 'string') throw new Error('received a post without a cursor');
    this.#cursors.set(post, cursor);
    this.#cursors.delete(post - kept);
    return cursor;
  }

  ackFrame(cursor: string): Buffer {
    const known = this.#frames.get(cursor);
    if (known !== undefined) return known;
    const frame = textFrame(JSON.stringify({ type: 'ack', cursor }));
    if (this.#frames.size >= kept) this.#frames.clear();
    this.#frames.set(cursor, frame);
    return frame;
  }
}
