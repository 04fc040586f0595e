/** Makes frames of our server about 300 bytes long. */
export const textBytes = 160;

const mark = '~post ';
const markBytes = Buffer.from(mark);
const digits = 7;

/** The text of a post, which identifies it wherever a peer puts it in a frame. */
export function postText(number: number): string {
  return `${mark}${String(number).padStart(digits, '0')} `.padEnd(textBytes, 'x');
}

/** Finds the posts in a message. All subscribers of a peer share one, since their frames have the same form. */
export class PostFinder {
  /** The offset of the text in the last message, which is likely the same in the next one. */
  #offset = 0;

  /** Calls `onPost` with the number of each post. */
  find(buffer: Buffer, start: number, end: number, onPost: (number: number) => void): void {
    let at = isMark(buffer, start + this.#offset, end)
      ? start + this.#offset
      : indexOfMark(buffer, start, end);
    if (at !== -1) this.#offset = at - start;
    while (at !== -1) {
      onPost(numberAt(buffer, at + mark.length));
      at = indexOfMark(buffer, at + textBytes, end);
    }
  }
}

function isMark(buffer: Buffer, at: number, end: number): boolean {
  if (at + textBytes > end) return false;
  for (let index = 0; index < markBytes.length; index += 1) {
    if (buffer[at + index] !== markBytes[index]) return false;
  }
  return true;
}

function indexOfMark(buffer: Buffer, start: number, end: number): number {
  if (start + textBytes > end) return -1;
  const index = buffer.subarray(start, end).indexOf(markBytes);
  return index === -1 ? -1 : start + index;
}

function numberAt(buffer: Buffer, start: number): number {
  let number = 0;
  for (let at = start; at < start + digits; at += 1) number = number * 10 + ((buffer[at] ?? 0) - 48);
  return number;
}
