import cluster from 'node:cluster';

/** How long unwritten log records and open connections may delay the exit. */
const timeoutMs = 1000;

/** Ends this process with the exit code once nothing is left to do, and after a second at the latest. */
export function endProcess(exitCode: number): void {
  process.exitCode = exitCode;
  // The channel to the primary would keep a worker alive.
  cluster.worker?.disconnect();
  setTimeout(() => process.exit(), timeoutMs).unref();
}
