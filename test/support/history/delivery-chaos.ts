import type { AppUnderTest } from './app-under-test.ts';
import { checkDeliveries } from './check-deliveries.ts';
import type { DeliveryApp } from './delivery-app.ts';
import { loadDeliveryHistory, saveDeliveryHistory } from './delivery-history.ts';
import { runDeliveries } from './delivery-run.ts';
import type { PlannedReader } from './delivery-schedule.ts';

/** An application with durable messages in a chaos run. */
export function chaosOf<Reader extends PlannedReader>(app: DeliveryApp<Reader>): AppUnderTest {
  return {
    plan(options) {
      const schedule = app.plan(options);
      return {
        schedule,
        async run(runOptions) {
          const { history, ...result } = await runDeliveries({ ...runOptions, app, schedule });
          return {
            ...result,
            posts: history.writes.length,
            save: (path) => saveDeliveryHistory(path, history),
          };
        },
      };
    },
    async check(path) {
      const history = await loadDeliveryHistory(path);
      return { verdict: checkDeliveries(history), posts: history.writes.length };
    },
  };
}
