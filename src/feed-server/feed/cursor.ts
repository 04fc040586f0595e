/**
 * A position in the log. Clients keep it as one opaque token, so that an epoch and a seq of different
 * histories cannot be combined.
 */
export interface Cursor {
  /** The UUID of a history of the log. */
  readonly epoch: string;
  /** The seq of the last event that was processed. */
  readonly seq: number;
}

const epochBytes = 16;
const seqBytes = 6;

/** The 16 bytes of the epoch and the 6 of the seq (big-endian) in base64url: 30 characters. */
export function encodeCursor({ epoch, seq }: Cursor): string {
  const bytes = Buffer.allocUnsafe(epochBytes + seqBytes);
  bytes.write(epoch.replaceAll('-', ''), 'hex');
  bytes.writeUIntBE(seq, epochBytes, seqBytes);
  return bytes.toString('base64url');
}

/** Returns null if the text is not a cursor. */
export function decodeCursor(text: string): Cursor | null {
  if (!/^[A-Za-z0-9_-]{30}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  const hex = bytes.toString('hex', 0, epochBytes);
  const epoch = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { epoch, seq: bytes.readUIntBE(epochBytes, seqBytes) };
}
