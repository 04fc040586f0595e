/** Measures what an attack on logins gets, and what it costs everybody else. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOptions } from './options.ts';
import {
  createDataDir,
  limitRun,
  needConnections,
  printResult,
  progress,
  round,
  spreadOf,
  startServer,
} from './support.ts';

const { attackers, logins, seconds, samples } = readOptions({
  name: 'login-attack',
  summary: `A server in production mode is attacked with wrong passwords. First on one connection, for one user. Then by
parallel attackers without a pause, once from one address and once from an address each, while users log in from
addresses of their own: all of them must succeed. Then the time of an answer to a wrong password is compared with
that for an unknown user. Every address is one of this machine (127.0.0.0/8, Linux).`,
  numbers: {
    attackers: { fallback: 100, min: 1, max: 1000, description: 'parallel attackers' },
    logins: { fallback: 30, min: 15, max: 1000, description: 'correct logins during each attack' },
    seconds: {
      fallback: 8,
      min: 1,
      max: 600,
      description: 'how long one connection guesses, and each attack lasts',
    },
    samples: { fallback: 400, min: 10, max: 2000, description: 'guesses whose time is compared' },
  },
});
needConnections(attackers + logins);
limitRun(5 * seconds + samples + 120);

const password = 'correct horse battery staple';
const server = await startServer(createDataDir(), { settings: { NODE_ENV: 'production' } });

interface Outcome {
  readonly status: number;
  readonly ms: number;
}

/** Sends a body as JSON, and resolves with its status and the time that it took. */
function send(agent: Agent, path: string, body: object): Promise<Outcome & { readonly text: string }> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, {
      method: 'POST',
      agent,
      headers: { 'Content-Type': 'application/json' },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - startMs, text }),
      );
    });
    sent.end(JSON.stringify(body));
  });
}

let addresses = 0;

/** Connections from an address of this machine that nobody else has. */
function newAddress(): Agent {
  addresses += 1;
  const localAddress = `127.1.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
  return new Agent({ keepAlive: true, localAddress });
}

async function register(): Promise<string> {
  const agent = newAddress();
  const { text } = await send(agent, '/user/register', { first_name: 'Ann', second_name: 'Lee', password });
  agent.destroy();
  return JSON.parse(text).user_id;
}

async function login(agent: Agent, id: string, with_ = password): Promise<Outcome> {
  return await send(agent, '/login', { id, password: with_ });
}

function countByStatus(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Guesses without a pause until the time is over. */
async function guess(agent: Agent, users: readonly string[], untilMs: number): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  while (performance.now() < untilMs) {
    const user = users[outcomes.length % users.length] ?? '';
    outcomes.push(await login(agent, user, `guess ${outcomes.length}`));
  }
  return outcomes;
}

/** Users log in one after the other, each from an address of their own, while agents guess at all of them. */
async function attack(agents: readonly Agent[]) {
  const users = await Promise.all(Array.from({ length: logins }, register));
  const endMs = performance.now() + seconds * 1000;
  const attacks = agents.map((agent) => guess(agent, users, endMs));
  const correct = await Promise.all(
    users.map(async (user, index) => {
      await sleep((index * seconds * 900) / logins);
      return await login(newAddress(), user);
    }),
  );
  const wrong = (await Promise.all(attacks)).flat();
  return {
    correctLogins: countByStatus(correct),
    correctLoginMs: spreadOf(correct.map(({ ms }) => ms)),
    guesses: countByStatus(wrong),
  };
}

/** In turns, each from an address of its own, so that none has to pause. */
async function compareTimes() {
  const user = await register();
  const times: Record<'wrong' | 'unknown', number[]> = { wrong: [], unknown: [] };
  for (let count = 0; count < samples; count += 1) {
    for (const [kind, id] of [
      ['wrong', user],
      ['unknown', randomUUID()],
    ] as const) {
      const agent = newAddress();
      times[kind].push((await login(agent, id, 'wrong')).ms);
      agent.destroy();
    }
  }
  const wrongPasswordMs = spreadOf(times.wrong).p50;
  const unknownUserMs = spreadOf(times.unknown).p50;
  return { wrongPasswordMs, unknownUserMs, ratio: round(unknownUserMs / wrongPasswordMs) };
}

progress(`guessing for ${seconds} s on one connection`);
const oneConnection = countByStatus(
  await guess(newAddress(), [await register()], performance.now() + seconds * 1000),
);

progress(`attacking with ${attackers} connections from one address`);
const shared = newAddress();
const oneAddress = await attack(Array.from({ length: attackers }, () => shared));

progress(`attacking from ${attackers} addresses`);
const manyAddresses = await attack(Array.from({ length: attackers }, newAddress));

progress('comparing times');
const medians = await compareTimes();

const failed = [oneAddress, manyAddresses].map(({ correctLogins }) => logins - (correctLogins[200] ?? 0));
const verdict = failed.some((count) => count > 0) ? [`${failed.join(' and ')} correct logins failed`] : [];
printResult({ oneConnection, oneAddress, manyAddresses, medians }, verdict);
await server.end('SIGTERM');
process.exit();
