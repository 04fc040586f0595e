import { Counter, type Registry } from 'prom-client';

/** Counts the log records that were dropped; `read` gives their number since the start of the process. */
export function createLogMetrics(registry: Registry, read: () => number): void {
  new Counter({
    name: 'posted_log_records_dropped_total',
    help: 'Log records dropped because standard error did not take them.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}
