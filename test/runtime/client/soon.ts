/** For `expect.poll`: the patience that a busy machine needs. */
export const soon = { timeout: 10_000, interval: 10 };
