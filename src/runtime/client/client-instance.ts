/**
 * The name of one client among those of a device, and the number of its attempts: a server cannot tell a new client from a
 * delayed handshake of an earlier one.
 */
export class ClientInstance {
  readonly #name = randomName();
  #attempt = 0;

  /** The value for the next attempt. */
  next(): string {
    this.#attempt += 1;
    return `${this.#name}.${this.#attempt}`;
  }
}

/** 128 random bits as text. */
export function randomName(): string {
  // Unlike `randomUUID`, this also works on pages without TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
