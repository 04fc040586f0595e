/** Options for `expect.poll` with a timeout that is long enough on a busy machine. */
export const soon = { timeout: 20_000, interval: 10 };
