import { Duplex } from 'node:stream';
import { countTransfer } from './settle.ts';

/**
 * Two connected sockets without a network. Unlike those of `duplexPair` in node:stream, they count what is in flight, and
 * a write to a socket that is gone fails.
 */
export function createSocketPair(): readonly [Duplex, Duplex] {
  const [first, second] = [new Side(), new Side()];
  first.connect(second);
  second.connect(first);
  return [first.socket, second.socket];
}

class Side {
  readonly socket: Duplex;
  #other: Side | null = null;
  /** Lets the other side write more. */
  #onRead: (() => void) | null = null;
  #isEnded = false;

  constructor() {
    this.socket = new Duplex({
      read: () => this.#read(),
      write: (chunk: Buffer, _encoding, callback) => this.#write(chunk, callback),
      final: (callback) => {
        this.#endOther();
        callback();
      },
      destroy: (error, callback) => {
        this.#endOther();
        // What the other side is writing is lost.
        this.#read();
        callback(error);
      },
    });
  }

  connect(other: Side): void {
    this.#other = other;
  }

  #read(): void {
    const onRead = this.#onRead;
    this.#onRead = null;
    onRead?.();
  }

  #write(chunk: Buffer, callback: (error?: Error) => void): void {
    countTransfer();
    if (this.#other === null || this.#other.socket.destroyed) callback(new Error('The other side is gone.'));
    else this.#other.#receive(chunk, callback);
  }

  #receive(chunk: Buffer, callback: () => void): void {
    this.#onRead = callback;
    this.socket.push(chunk);
    // An empty chunk does not cause a read.
    if (chunk.length === 0) this.#read();
  }

  #endOther(): void {
    countTransfer();
    const other = this.#other;
    if (other === null || other.#isEnded) return;
    other.#isEnded = true;
    other.socket.push(null);
  }
}
