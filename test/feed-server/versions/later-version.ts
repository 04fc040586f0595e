import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');

/** A later version of this project, in a folder of its own. */
export interface LaterVersion {
  readonly folder: string;
  remove(): void;
}

export const laterVersion = '98.7.6';

/** Changes of sources: texts that they must have, and what replaces them. */
type Changes = Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;

const changes: Changes = {
  'src/feed-server/package.json': [[`"version": "0.1.0"`, `"version": "${laterVersion}"`]],
  // Friendships begin with an event of another kind, which earlier versions must know.
  'src/runtime/log/postgres/event-sql.ts': [
    [
      "literal(event.kind ?? 'message')",
      "literal(event.kind === 'join' ? 'follow' : (event.kind ?? 'message'))",
    ],
  ],
  'src/runtime/log/tables.ts': [
    ["kindsRequire = '0.2.0'", `kindsRequire = '${laterVersion}'`],
    ["case 'join':", "case 'follow': case 'join':"],
    ['createdAtMs, kind, topic, user:', "createdAtMs, kind: kind === 'leave' ? kind : 'join', topic, user:"],
  ],
};

export async function buildLaterVersion(): Promise<LaterVersion> {
  const folder = mkdtempSync(join(tmpdir(), 'posted-later-'));
  for (const part of ['asyncapi.json', 'openapi.yaml', 'package.json', 'generated', 'src']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  linkPackages(folder);
  for (const [path, replacements] of Object.entries(changes)) change(join(folder, path), replacements);
  writeFileSync(join(folder, 'asyncapi.json'), JSON.stringify(laterContract()));
  const generated = ['--out', join(folder, 'generated-later'), '--targets', 'server,client'];
  await promisify(execFile)(
    process.execPath,
    ['scripts/posted/posted.ts', 'generate', join(folder, 'asyncapi.json'), ...generated],
    { cwd: root },
  );
  cpSync(join(folder, 'generated-later/asyncapi'), join(folder, 'generated/asyncapi'), { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** All packages of this project, but the runtime of the later version. */
function linkPackages(folder: string): void {
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const target = name === 'posted' ? join(folder, 'src/runtime') : join(root, 'node_modules', name);
    symlinkSync(target, join(packages, name));
  }
}

function change(path: string, replacements: Changes[string] = []): void {
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of replacements) {
    if (text.split(from).length !== 2) throw new Error(`${path} must have "${from}" once`);
    text = text.replace(from, () => to);
  }
  writeFileSync(path, text);
}

/** This contract with one more message on the channel, which its connections get like posts. */
function laterContract(): object {
  const contract = JSON.parse(readFileSync(join(root, 'asyncapi.json'), 'utf8'));
  const { channels, operations, components } = contract;
  const payload = {
    type: 'object',
    additionalProperties: false,
    required: ['question'],
    properties: { question: { type: 'string' } },
  };
  components.schemas.PollMessage = {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'payload'],
    properties: { type: { type: 'string', const: 'poll' }, payload },
  };
  components.messages.poll = {
    summary: 'A question.',
    payload: { $ref: '#/components/schemas/PollMessage' },
    examples: [{ payload: { type: 'poll', payload: { question: 'Tea?' } } }],
  };
  channels.postFeedPosted['x-delivery'].messages.posts.push('poll');
  channels.postFeedPosted.messages.poll = { $ref: '#/components/messages/poll' };
  operations.sendPost.messages.push({ $ref: '#/channels/postFeedPosted/messages/poll' });
  return contract;
}
