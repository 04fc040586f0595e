import type { Writable } from 'node:stream';
import type { PostMessage } from '../../../generated/asyncapi/models.ts';

/** One line for a person: when it came, what it is, who wrote it, and the text. */
export function formatPost(message: PostMessage, at: Date): string {
  const { author_user_id, postText } = message.payload;
  return `${at.toTimeString().slice(0, 8)} ${message.type} ${author_user_id} ${escapeControls(postText)}\n`;
}

/**
 * Shows what would steer a terminal instead of being seen: control characters (escape sequences
 * begin with one), line and paragraph separators, and those that change the direction of text.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => {
    const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return named ?? `\\u{${character.charCodeAt(0).toString(16).padStart(4, '0')}}`;
  });
}

/**
 * Resolves when the text has left, so that a slow reader is waited for, or once `signal` is aborted.
 * Rejects when there is no reader.
 */
export function print(output: Writable, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    output.write(text, (error) => {
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve();
    });
  });
}
