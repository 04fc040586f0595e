import { configDefaults, defineConfig } from 'vitest/config';
import { serviceTests } from './test/support/service-tests.ts';
import { SlowFilesFirst } from './test/support/slow-files-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(process.env.SKIP_SERVICES === '1' ? serviceTests() : [])],
    // Node loads the files itself, as it does for users. That takes less time than Vite, whose features no test uses.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    sequence: { sequencer: SlowFilesFirst },
    // Tests start real servers, processes and compilers, on machines that may have two slow cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One more than the cores of a small machine, because many tests wait for a broker, a timeout or a process.
    maxWorkers: 3,
    // What is awaited may wait for a retry with a random pause; a test that is right never takes this long.
    expect: { poll: { timeout: 20_000 } },
  },
});
