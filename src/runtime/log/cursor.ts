/** A position in the log: after the event with this seq. `mark` is that event's; 0 at the beginning of the log. */
export interface Position {
  readonly seq: number;
  readonly mark: number;
}

/** A position in one history of the log. */
export interface Cursor extends Position {
  /** The UUID of the history. */
  readonly epoch: string;
}

/** A cursor as it was received. Whether it belongs to a history is known once its mark is compared. */
export interface DecodedCursor {
  readonly seq: number;
  /** The mark that the cursor claims, or null if it is of another epoch. */
  markIn(epoch: string): number | null;
}

const epochBytes = 16;
const seqBytes = 6;
const markOffset = 12;

/**
 * The 16 bytes of the epoch and the 6 of the seq (big-endian) in base64url: 30 characters. The mark is XORed into the
 * last four bytes of the epoch. Clients keep it as one opaque token, so that parts of different histories cannot be
 * combined; deployed clients check that it has this form.
 */
export function encodeCursor(epoch: string, { seq, mark }: Position): string {
  const bytes = Buffer.allocUnsafe(epochBytes + seqBytes);
  writeEpoch(bytes, epoch);
  bytes.writeUInt32BE((bytes.readUInt32BE(markOffset) ^ mark) >>> 0, markOffset);
  bytes.writeUIntBE(seq, epochBytes, seqBytes);
  return bytes.toString('base64url');
}

/** Returns null if the text is not a cursor. */
export function decodeCursor(text: string): DecodedCursor | null {
  if (!/^[A-Za-z0-9_-]{30}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  return {
    seq: bytes.readUIntBE(epochBytes, seqBytes),
    markIn(epoch) {
      const own = Buffer.allocUnsafe(epochBytes);
      writeEpoch(own, epoch);
      const isSame = own.compare(bytes, 0, markOffset, 0, markOffset) === 0;
      return isSame ? (own.readUInt32BE(markOffset) ^ bytes.readUInt32BE(markOffset)) >>> 0 : null;
    },
  };
}

/** A cursor that was stored in parts, as if it had been received. */
export function decodedCursor({ epoch, seq, mark }: Cursor): DecodedCursor {
  return { seq, markIn: (other) => (other === epoch ? mark : null) };
}

function writeEpoch(bytes: Buffer, epoch: string): void {
  bytes.write(epoch.replaceAll('-', ''), 'hex');
}
