import type { Duplex } from 'node:stream';
import { PendingFrames } from './pending-frames.ts';

/** A connection that frames are written to. */
export interface Writer {
  readonly socket: Duplex;
  /** Called when the socket has accepted its frames and wants no more before its 'drain' event. */
  onFull(): void;
}

/** How long sockets are written to before other work gets a turn. */
const sliceMs = 8;

/** How many writes happen between two checks of the clock. */
const writesPerCheck = 32;

/**
 * Collects the frames of one turn of the event loop and writes them at its end, so that several frames for one socket
 * need one system call. Long flushes are split into slices with other work between them; frames that are added to a
 * waiting socket meanwhile are written together with its earlier frames, in order.
 *
 * A writer has a slot while frames are pending for it. Sockets and frames are in parallel lists by slot: writing to a
 * thousand sockets reads two lists and leaves the thousand writers out of the processor's caches, which the system
 * calls need.
 */
export class Outbox {
  readonly empty = PendingFrames.empty();
  /** By slot, like the next two; null once written. The lists keep their length because the next turn needs it again. */
  readonly #writers: (Writer | null)[] = [];
  readonly #sockets: (Duplex | null)[] = [];
  readonly #pending: PendingFrames[] = [];
  #usedSlots = 0;
  #writtenSlots = 0;
  #callbacks: { readonly afterSlots: number; readonly call: () => void }[] = [];
  #isScheduled = false;

  /** The frames that are pending for a writer whose last slot was `slot`. */
  pendingFor(writer: Writer, slot: number): PendingFrames {
    return this.#writers[slot] === writer ? (this.#pending[slot] ?? this.empty) : this.empty;
  }

  /** Sets the frames that are pending for a writer, which must not be empty, and returns its slot. */
  put(writer: Writer, slot: number, pending: PendingFrames): number {
    if (this.#writers[slot] === writer) {
      this.#pending[slot] = pending;
      return slot;
    }
    const newSlot = this.#usedSlots;
    this.#writers[newSlot] = writer;
    this.#sockets[newSlot] = writer.socket;
    this.#pending[newSlot] = pending;
    this.#usedSlots += 1;
    this.#schedule();
    return newSlot;
  }

  /** Writes a writer's pending frames immediately. */
  flush(writer: Writer, slot: number): void {
    if (this.#writers[slot] === writer) this.#write(slot);
  }

  /** Calls back once everything that is pending now has been written. */
  afterFlush(call: () => void): void {
    this.#callbacks.push({ afterSlots: this.#usedSlots, call });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#writeSlice());
  }

  #writeSlice(): void {
    const endMs = performance.now() + sliceMs;
    while (this.#writtenSlots < this.#usedSlots) {
      this.#write(this.#writtenSlots);
      this.#writtenSlots += 1;
      if (this.#writtenSlots % writesPerCheck === 0 && performance.now() >= endMs) break;
    }
    const isDone = this.#writtenSlots >= this.#usedSlots;
    const ready = this.#callbacks.filter(({ afterSlots }) => afterSlots <= this.#writtenSlots);
    this.#callbacks = isDone ? [] : this.#callbacks.slice(ready.length);
    this.#isScheduled = false;
    if (isDone) {
      this.#usedSlots = 0;
      this.#writtenSlots = 0;
      this.empty.release();
    } else {
      this.#schedule();
    }
    for (const { call } of ready) call();
  }

  #write(slot: number): void {
    const socket = this.#sockets[slot];
    // `flush` has already written this slot.
    if (socket == null) return;
    const writer = this.#writers[slot];
    const pending = this.#pending[slot] ?? this.empty;
    this.#sockets[slot] = null;
    this.#writers[slot] = null;
    this.#pending[slot] = this.empty;
    // A socket that has ended or was destroyed is skipped.
    if (socket.writable && !writeTo(socket, pending)) writer?.onFull();
  }
}

/** Returns whether the socket accepts more. */
function writeTo(socket: Duplex, pending: PendingFrames): boolean {
  const buffers = pending.buffers();
  if (buffers.length > 1) socket.cork();
  let acceptsMore = true;
  for (const buffer of buffers) acceptsMore = socket.write(buffer);
  if (buffers.length > 1) socket.uncork();
  return acceptsMore || !socket.writableNeedDrain;
}
