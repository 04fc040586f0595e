import { describe, expect, it } from 'vitest';
import { type HallNode, startNode } from './hall-node.ts';
import { MemoryTopic } from './memory-topic.ts';

async function startNodes(count: number) {
  const topic = new MemoryTopic();
  const buses = Array.from({ length: count }, () => topic.connect());
  const nodes: HallNode[] = [];
  for (const bus of buses) nodes.push(await startNode(bus));
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error('a test needs two nodes');
  return { topic, buses, nodes, one, two };
}

describe('presence', () => {
  it('is local and immediate for a single node', async () => {
    const node = await startNode();
    await node.join('bob');
    await node.join('ann');
    await node.join('ann');
    expect(await node.room().presence()).toEqual({ count: 3, users: ['ann', 'bob'], isComplete: true });
    expect(await node.room('blue').presence()).toEqual({ count: 0, users: [], isComplete: true });
  });

  it('counts the connections of all nodes, and lists each user once', async () => {
    const { one, two, nodes } = await startNodes(3);
    await one.join('bob');
    await two.join('ann');
    await two.join('bob');
    await two.join('eve', 'blue');
    for (const node of nodes) {
      expect(await node.room().presence()).toEqual({ count: 3, users: ['ann', 'bob'], isComplete: true });
    }
  });

  it('only counts connections without a user', async () => {
    const { one, two } = await startNodes(2);
    await one.joinLobby();
    await two.joinLobby();
    const presence = await one.app.room('lobby', {}).presence();
    expect(presence).toEqual({ count: 2, users: [], isComplete: true });
  });

  it('shows changes of the own node at once, and those of other nodes within a second', async () => {
    const { one, two } = await startNodes(2);
    const count = async () => (await one.room().presence()).count;
    expect(await count()).toBe(0);
    await one.join('ann');
    expect(await count()).toBe(1);
    await two.join('bob');
    await expect.poll(count, { timeout: 1500 }).toBe(2);
  });

  it('sends one query for concurrent calls, and for those of the next second', async () => {
    const { one, buses } = await startNodes(2);
    await Promise.all(Array.from({ length: 100 }, () => one.room().presence()));
    await one.room().presence();
    expect(buses[0]?.published).toHaveLength(1);
    await one.room('blue').presence();
    expect(buses[0]?.published).toHaveLength(2);
  });

  it('sends nothing while nobody asks', async () => {
    const { one, buses } = await startNodes(2);
    for (const user of ['ann', 'bob']) await one.join(user);
    expect(buses[0]?.published).toEqual([]);
  });

  it('lists users that do not fit into one message', async () => {
    const { one, two, buses } = await startNodes(2);
    const users = Array.from(
      { length: 40 },
      (_, index) => `${String(index).padStart(2, '0')}${'x'.repeat(1000)}`,
    );
    for (const user of users) await two.join(user);
    const found = await one.room().presence();
    expect(found).toMatchObject({ count: 40, isComplete: true });
    expect(found.users).toEqual(users);
    expect(buses[1]?.published.length).toBeGreaterThan(4);
    for (const { length } of buses[1]?.published ?? []) expect(length).toBeLessThan(65_536);
  });

  it('asks once more if an answer was lost', async () => {
    const { one, two, buses } = await startNodes(2);
    await two.join('bob');
    await one.room('settled').presence();
    buses[1]?.loseNext();
    expect(await one.room().presence()).toEqual({ count: 1, users: ['bob'], isComplete: true });
  });

  it('omits a node that does not answer two questions within a second', async () => {
    const { one, two, buses } = await startNodes(3);
    await one.join('ann');
    await two.join('bob');
    await one.room('settled').presence();
    buses[2]?.kill();
    const startMs = performance.now();
    expect(await one.room().presence()).toEqual({ count: 2, users: ['ann', 'bob'], isComplete: false });
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(one.warnings()).toHaveLength(1);
  });

  it('is that of this node while the bus is down, and says so', async () => {
    const { one, two, buses } = await startNodes(2);
    await one.join('ann');
    await two.join('bob');
    buses[0]?.change('down');
    expect(await one.room().presence()).toEqual({ count: 1, users: ['ann'], isComplete: false });
    buses[0]?.change('up');
    expect(await one.room().presence()).toEqual({ count: 2, users: ['ann', 'bob'], isComplete: true });
  });
});
