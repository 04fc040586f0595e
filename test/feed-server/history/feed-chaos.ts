import type { AppUnderTest } from '../../support/history/app-under-test.ts';
import { check } from './check.ts';
import { loadHistory, saveHistory } from './history.ts';
import { run } from './run.ts';
import { createSchedule } from './schedule.ts';

/** The feed in a chaos run. */
export const feedChaos: AppUnderTest = {
  plan(options) {
    const schedule = createSchedule(options);
    return {
      schedule,
      async run(runOptions) {
        const { history, ...result } = await run({ ...runOptions, schedule });
        return { ...result, posts: history.posts.length, save: (path) => saveHistory(path, history) };
      },
    };
  },
  async check(path) {
    const history = await loadHistory(path);
    return { verdict: check(history), posts: history.posts.length };
  },
};
