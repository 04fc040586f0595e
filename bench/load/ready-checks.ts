import { setTimeout as sleep } from 'node:timers/promises';

export interface ReadyAnswers {
  readonly ready: number;
  readonly all: number;
}

const periodMs = 100;

/** A load balancer does not wait longer. */
const limitMs = 5000;

/** Asks /readyz every 100 ms; the returned function ends it. A check without an answer counts as not ready. */
export function startReadyChecks(port: number): () => Promise<ReadyAnswers> {
  const ended = new AbortController();
  let ready = 0;
  let all = 0;
  const checking = (async () => {
    while (!ended.signal.aborted) {
      if (await isReady(port)) ready += 1;
      all += 1;
      await sleep(periodMs);
    }
  })();
  return async () => {
    ended.abort();
    await checking;
    return { ready, all };
  };
}

/** Whether /readyz answers with 200 within 5 s. */
export async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(limitMs) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
