import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumArguments, chromiumPath } from '../chromium.ts';
import { within } from '../history/within.ts';
import { DevTools } from './dev-tools.ts';

/** Chromium, with all of its processes in one group. */
export interface BrowserProcess {
  /** Opens a tab in a window of its own, and connects with its DevTools. */
  openTab(): Promise<DevTools>;
  /** Stops all processes, as a machine does that sleeps. */
  sleep(): void;
  wake(): void;
  close(): Promise<void>;
}

const timeoutMs = 60_000;

export async function startBrowser(): Promise<BrowserProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-browser-'));
  const options = ['--remote-debugging-port=0', '--remote-allow-origins=*', `--user-data-dir=${folder}`];
  const child = spawn(chromiumPath, [...chromiumArguments, ...options, 'about:blank'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = (): void => signalGroup(child, 'SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit').then(() => void process.off('exit', kill));

  async function close(): Promise<void> {
    kill();
    await exited;
    // Its last processes may still write.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }

  try {
    const url = await within(timeoutMs, 'Chromium to start', findDevTools(child));
    const browser = await DevTools.connect(url);
    return {
      async openTab() {
        const parameters = { url: 'about:blank', newWindow: true };
        const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', parameters);
        const address = new URL(url);
        address.pathname = `/devtools/page/${targetId}`;
        return await DevTools.connect(address.href);
      },
      sleep: () => signalGroup(child, 'SIGSTOP'),
      wake: () => signalGroup(child, 'SIGCONT'),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
}

function findDevTools({ stderr }: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    stderr?.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-4096);
      const url = /DevTools listening on (ws:\S+)/.exec(printed)?.[1];
      if (url !== undefined) resolve(url);
    });
    stderr?.on('end', () => reject(new Error(`Chromium did not start:\n${printed}`)));
  });
}
