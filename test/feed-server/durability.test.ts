import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { jwtSecret, makeDataDir } from '../support/feed-server.ts';
import { spawnServer } from '../support/server-process.ts';
import { signToken } from '../support/tokens.ts';

/** For a longer run: KILL_ROUNDS=10 KILL_POSTS=2000 npx vitest run test/feed-server/durability.test.ts */
const rounds = Number(process.env.KILL_ROUNDS ?? 3);
const postsPerRound = Number(process.env.KILL_POSTS ?? 500);

/** Resolves with the post's id if the response was 200, and with null if the connection broke. */
function post(agent: Agent, url: string, token: string, text: string): Promise<string | null> {
  return new Promise((resolve) => {
    const outgoing = request(`${url}/post/create`, {
      agent,
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    });
    outgoing.on('error', () => resolve(null));
    outgoing.on('response', (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('error', () => resolve(null));
      response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(body) : null));
    });
    outgoing.end(JSON.stringify({ text }));
  });
}

describe('a server that is killed while clients post', () => {
  it('keeps every post that it answered with 200, with gapless seqs', async () => {
    const dataDir = await makeDataDir();
    const env = { DATA_DIR: dataDir, JWT_SECRET: jwtSecret, LOG_LEVEL: 'error' };
    const acknowledged = new Map<string, string>();

    for (let round = 0; round < rounds; round += 1) {
      const server = await spawnServer(env);
      const agent = new Agent({ keepAlive: true, maxSockets: postsPerRound });
      const token = signToken(randomUUID());
      let answered = 0;
      const killAt = Math.ceil((postsPerRound * (round + 1)) / (rounds + 2));
      const posts = Array.from({ length: postsPerRound }, async (_, index) => {
        const text = `round ${round}, post ${index}`;
        const id = await post(agent, server.url, token, text);
        if (id === null) return;
        acknowledged.set(id, text);
        answered += 1;
        if (answered === killAt) server.process.kill('SIGKILL');
      });
      await Promise.all(posts);
      await server.end('SIGKILL');
      agent.destroy();
      expect(answered).toBeGreaterThanOrEqual(killAt);
    }

    const server = await spawnServer(env);
    const [sample] = acknowledged.keys();
    expect(await (await fetch(`${server.url}/post/get/${sample}`)).json()).toMatchObject({
      text: acknowledged.get(sample ?? ''),
    });
    expect(await server.end('SIGTERM')).toBe(0);

    const [file = ''] = globSync('*.sqlite', { cwd: dataDir });
    const database = new DatabaseSync(join(dataDir, file), { readOnly: true });
    const stored = database.prepare('SELECT id, text FROM post').all();
    const seqs = database.prepare('SELECT seq FROM posted_event ORDER BY seq').all();
    database.close();
    const textOf = new Map(stored.map(({ id, text }) => [String(id), String(text)]));
    const lost = [...acknowledged].filter(([id, text]) => textOf.get(id) !== text);
    expect(lost).toEqual([]);
    expect(seqs.map(({ seq }) => seq)).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBe(stored.length);
    process.stdout.write(
      `killed ${rounds} times: ${acknowledged.size} posts answered with 200, ${lost.length} lost, ${seqs.length} stored\n`,
    );
  });
});
