/** A text frame of a client, masked with a key of zeros, which does not change the payload (RFC 6455, section 5.3). */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length =
    payload.length < 126
      ? [0x80 | payload.length]
      : payload.length < 65_536
        ? [0x80 | 126, payload.length >> 8, payload.length & 0xff]
        : null;
  if (length === null) throw new Error('a frame of a subscriber is larger than 64 KiB');
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]);
}
