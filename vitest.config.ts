import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests start real servers, processes and compilers, on machines that may have two slow cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One more than the cores of a small machine, because many tests wait for a broker, a timeout or a process.
    maxWorkers: 3,
    // What is awaited may wait for a retry with a random pause; a test that is right never takes this long.
    expect: { poll: { timeout: 20_000 } },
  },
});
