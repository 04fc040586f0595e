import type { Frame } from '../platform.ts';

/** Undefined for what is not JSON. */
export function parseFrame(frame: Frame): unknown {
  if (typeof frame !== 'string') return undefined;
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}
