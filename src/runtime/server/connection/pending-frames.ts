/** Above this size, copying the frames costs more than writing them to the socket one by one. */
const maxJoinedBytes = 65_536;

/**
 * An immutable sequence of frames that wait to be written. Appending the same frame to the same sequence returns the
 * same result again, so all sockets that get the same frames in one turn share one sequence, and the one buffer that
 * they are written from.
 */
export class PendingFrames {
  readonly bytes: number;
  readonly #previous: PendingFrames | null;
  readonly #frame: Buffer | null;
  /** The result of the last `append`. */
  #next: PendingFrames | null = null;
  #buffers: readonly Buffer[] | null = null;

  private constructor(previous: PendingFrames | null, frame: Buffer | null) {
    this.bytes = (previous?.bytes ?? 0) + (frame?.length ?? 0);
    this.#previous = previous;
    this.#frame = frame;
  }

  static empty(): PendingFrames {
    return new PendingFrames(null, null);
  }

  append(frame: Buffer): PendingFrames {
    let next = this.#next;
    if (next === null || next.#frame !== frame) {
      next = new PendingFrames(this, frame);
      this.#next = next;
    }
    return next;
  }

  /** Releases the sequences that were made by `append`, so that they can be collected. */
  release(): void {
    this.#next = null;
  }

  /** Returns all frames in as few buffers as is cheap, usually one. */
  buffers(): readonly Buffer[] {
    this.#buffers ??= joinIfSmall(this.#frames(), this.bytes);
    return this.#buffers;
  }

  #frames(): readonly Buffer[] {
    const frames: Buffer[] = [];
    if (this.#frame !== null) frames.push(this.#frame);
    for (let pending = this.#previous; pending !== null; pending = pending.#previous) {
      if (pending.#frame !== null) frames.push(pending.#frame);
    }
    return frames.toReversed();
  }
}

function joinIfSmall(frames: readonly Buffer[], bytes: number): readonly Buffer[] {
  return frames.length < 2 || bytes > maxJoinedBytes ? frames : [Buffer.concat(frames, bytes)];
}
