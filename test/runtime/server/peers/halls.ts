import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Presence } from '../../../../src/runtime/server/handlers.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';

export interface HallProcess {
  readonly url: string;
  /** Sends the signal, and resolves with the exit code or the name of the signal that ended the process. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts a process with a hall; without a broker, one with three workers. Its caller must end it. */
export async function spawnHall(brokerUrl?: string): Promise<HallProcess> {
  const args = [
    join(import.meta.dirname, 'hall-process.ts'),
    ...(brokerUrl === undefined ? [] : [brokerUrl]),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`the process ended with ${code}`))),
  ]);
  return {
    url: String(url),
    async end(signal) {
      child.kill(signal);
      const [code, by] = await exited;
      return code ?? by;
    },
  };
}

export async function joinHall(url: string, user: string) {
  const client = await connectClient(`${url}/hall`, bearer(user));
  const send = (message: object): void => client.webSocket.send(JSON.stringify(message));
  const answersSoFar = (): readonly string[] => client.received.filter((text) => text.includes('"members"'));
  return {
    ...client,
    say: (text: string) => send({ type: 'say', text }),
    kick: (kicked: string) => send({ type: 'kick', user: kicked }),
    /** What this client was told, in order. */
    heard: (): readonly string[] =>
      client.received.flatMap((text) => {
        const { type, ...said } = JSON.parse(text) as { readonly type: string; readonly text: string };
        return type === 'said' ? said.text : [];
      }),
    /** Asks the client's node who is in the hall. Its answer also says which process it is. */
    async who(): Promise<Presence & { readonly pid: number }> {
      const count = answersSoFar().length;
      send({ type: 'who' });
      while (answersSoFar().length === count) await client.take(client.received.length + 1);
      return JSON.parse(answersSoFar().at(-1) ?? '');
    },
  };
}

export type HallClient = Awaited<ReturnType<typeof joinHall>>;
