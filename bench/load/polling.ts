export interface Polling {
  /** How long nothing has arrived so far. */
  idleSeconds(): number;
  stop(): void;
}

/**
 * Keeps this process awake while it waits for the server. In a virtual machine, a write that must wake its
 * reader takes 10 µs longer, so a server that lets the generator sleep more often would pay more. With clients
 * on other machines, no server pays it.
 *
 * @param count the number of messages received so far
 */
export function startPolling(count: () => number): Polling {
  let seen = count();
  let idleMs = 0;
  let lastMs = performance.now();
  let next = setImmediate(poll);

  function poll(): void {
    const nowMs = performance.now();
    const counted = count();
    if (counted === seen) idleMs += nowMs - lastMs;
    seen = counted;
    lastMs = nowMs;
    next = setImmediate(poll);
  }

  return {
    idleSeconds: () => idleMs / 1000,
    stop: () => clearImmediate(next),
  };
}
