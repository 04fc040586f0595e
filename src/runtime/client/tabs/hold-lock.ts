/**
 * Resolves with whether the Web Lock is held: until `signal` is aborted, or another tab steals it, of which `onLost` is
 * told.
 */
export function holdLock(name: string, signal: AbortSignal, onLost: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const held = async () => {
      resolve(!signal.aborted);
      if (signal.aborted) return;
      await new Promise<void>((release) => signal.addEventListener('abort', () => release()));
    };
    navigator.locks.request(name, { signal }, held).catch(() => {
      resolve(false);
      if (!signal.aborted) onLost();
    });
  });
}
