import type { AppUnderTest } from '../../../support/history/app-under-test.ts';
import { checkDeliveries } from '../../../support/history/check-deliveries.ts';
import { loadDeliveryHistory, saveDeliveryHistory } from '../../../support/history/delivery-history.ts';
import { runShop } from './shop-run.ts';
import { createShopSchedule } from './shop-schedule.ts';

/** The shop in a chaos run. */
export const shopChaos: AppUnderTest = {
  plan(options) {
    const schedule = createShopSchedule(options);
    return {
      schedule,
      async run(runOptions) {
        const { history, ...result } = await runShop({ ...runOptions, schedule });
        return {
          ...result,
          posts: history.writes.length,
          latencies: null,
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
