import type { Duplex } from 'node:stream';
import { Due } from './due.ts';

/** Who has frames to be written. */
export interface Writer {
  readonly socket: Duplex;
  /** The socket has taken its frames, and asks for no more before it says 'drain'. */
  filled(): void;
}

/** For how long sockets are written to before other work has its turn. */
const sliceMs = 8;

/** Writes between two looks at the clock. */
const stride = 32;

/**
 * Collects what becomes due in one turn of the event loop and writes it at the turn's end, so that
 * several frames for one socket leave it in one system call. Where that takes long, other work comes in
 * between; what becomes due meanwhile to a socket that still waits leaves with the rest, in order.
 *
 * A writer has a slot while something is due to it. Sockets and frames stand side by side by slot: to write
 * to a thousand sockets is to go through two lists, and the thousand writers stay out of the processor's
 * caches, which the system needs for itself.
 */
export class Outbox {
  /** Nothing is due. */
  readonly nothing = Due.start();
  /** By slot, as the next two; null once written. The lists keep their length: the next turn has as many. */
  readonly #writers: (Writer | null)[] = [];
  readonly #sockets: (Duplex | null)[] = [];
  readonly #dues: Due[] = [];
  #taken = 0;
  #written = 0;
  #callbacks: { readonly after: number; readonly call: () => void }[] = [];
  #isScheduled = false;

  /** What is due to the writer, whose last slot this is. */
  dueTo(writer: Writer, slot: number): Due {
    return this.#writers[slot] === writer ? (this.#dues[slot] ?? this.nothing) : this.nothing;
  }

  /** Makes `due`, which is more than nothing, what is due to the writer. Returns its slot. */
  put(writer: Writer, slot: number, due: Due): number {
    if (this.#writers[slot] === writer) {
      this.#dues[slot] = due;
      return slot;
    }
    const taken = this.#taken;
    this.#writers[taken] = writer;
    this.#sockets[taken] = writer.socket;
    this.#dues[taken] = due;
    this.#taken += 1;
    this.#schedule();
    return taken;
  }

  /** Writes what is due to the writer at once. */
  flush(writer: Writer, slot: number): void {
    if (this.#writers[slot] === writer) this.#write(slot);
  }

  /** Calls back once everything that is due now has been written. */
  afterFlush(call: () => void): void {
    this.#callbacks.push({ after: this.#taken, call });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#writeSlice());
  }

  #writeSlice(): void {
    const endMs = performance.now() + sliceMs;
    while (this.#written < this.#taken) {
      this.#write(this.#written);
      this.#written += 1;
      if (this.#written % stride === 0 && performance.now() >= endMs) break;
    }
    const isDone = this.#written >= this.#taken;
    const due = this.#callbacks.filter(({ after }) => after <= this.#written);
    this.#callbacks = isDone ? [] : this.#callbacks.slice(due.length);
    this.#isScheduled = false;
    if (isDone) {
      this.#taken = 0;
      this.#written = 0;
      this.nothing.forget();
    } else {
      this.#schedule();
    }
    for (const { call } of due) call();
  }

  #write(slot: number): void {
    const socket = this.#sockets[slot];
    // Written before its turn, by `flush`.
    if (socket == null) return;
    const writer = this.#writers[slot];
    const due = this.#dues[slot] ?? this.nothing;
    this.#sockets[slot] = null;
    this.#writers[slot] = null;
    this.#dues[slot] = this.nothing;
    // One that has ended, or is gone, takes nothing.
    if (socket.writable && !writeTo(socket, due)) writer?.filled();
  }
}

/** Whether the socket takes more. */
function writeTo(socket: Duplex, due: Due): boolean {
  const buffers = due.buffers();
  if (buffers.length > 1) socket.cork();
  let takesMore = true;
  for (const buffer of buffers) takesMore = socket.write(buffer);
  if (buffers.length > 1) socket.uncork();
  return takesMore || !socket.writableNeedDrain;
}
