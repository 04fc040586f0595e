/** Above this a copy of the frames costs more than handing them to the socket one by one. */
const maxJoinedBytes = 65_536;

/**
 * Frames that are due together, in order. One is made by adding a frame to another, which stays as it
 * is; whoever adds the same frame to the same one next is given the same. So all sockets that have to
 * get the same frames in one turn share one of these, and the one buffer that they are written from.
 */
export class Due {
  readonly bytes: number;
  readonly #before: Due | null;
  readonly #frame: Buffer | null;
  /** What was made of this one last. */
  #next: Due | null = null;
  #buffers: readonly Buffer[] | null = null;

  private constructor(before: Due | null, frame: Buffer | null) {
    this.bytes = (before?.bytes ?? 0) + (frame?.length ?? 0);
    this.#before = before;
    this.#frame = frame;
  }

  /** Nothing is due. */
  static start(): Due {
    return new Due(null, null);
  }

  /** This, and then `frame`. */
  add(frame: Buffer): Due {
    let next = this.#next;
    if (next === null || next.#frame !== frame) {
      next = new Due(this, frame);
      this.#next = next;
    }
    return next;
  }

  /** Lets go of what was made of this one. */
  forget(): void {
    this.#next = null;
  }

  /** All frames, in as few buffers as is cheap: mostly one. */
  buffers(): readonly Buffer[] {
    this.#buffers ??= joinSmall(this.#frames(), this.bytes);
    return this.#buffers;
  }

  #frames(): readonly Buffer[] {
    const frames: Buffer[] = [];
    if (this.#frame !== null) frames.push(this.#frame);
    for (let due = this.#before; due !== null; due = due.#before) {
      if (due.#frame !== null) frames.push(due.#frame);
    }
    return frames.toReversed();
  }
}

function joinSmall(frames: readonly Buffer[], bytes: number): readonly Buffer[] {
  return frames.length < 2 || bytes > maxJoinedBytes ? frames : [Buffer.concat(frames, bytes)];
}
