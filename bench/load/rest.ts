import { tokenOf } from '../support.ts';

/** Registers a user and resolves with the id. */
export async function registerUser(port: number): Promise<string> {
  const user = { first_name: 'Ada', second_name: 'Lovelace', password: 'analytical engine' };
  const { user_id } = (await requestJson(`http://127.0.0.1:${port}/user/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(user),
  })) as { readonly user_id: string };
  return user_id;
}

const pageSize = 1000;

/** The texts of the posts of the user's friends, in log order. */
export async function readFeed(port: number, user: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let pages = 0; texts.length === pages * pageSize; pages += 1) {
    const page = (await requestJson(
      `http://127.0.0.1:${port}/post/feed?limit=${pageSize}&offset=${pages * pageSize}`,
      {
        headers: { Authorization: `Bearer ${tokenOf(user)}` },
      },
    )) as readonly { readonly text: string }[];
    texts.push(...page.map(({ text }) => text));
  }
  return texts.toReversed();
}

/** The value of a metric without labels. */
export async function readGauge(port: number, metric: string): Promise<number> {
  const response = await request(`http://127.0.0.1:${port}/metrics`);
  return Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(await response.text())?.[1]);
}

async function requestJson(url: string, init: RequestInit): Promise<unknown> {
  const response = await request(url, init);
  return await response.json();
}

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${new URL(url).pathname} got HTTP ${response.status}`);
  return response;
}
