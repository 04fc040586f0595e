import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { posted, tempFolder } from './generator.ts';

const folder = tempFolder();

/** A document whose application sends `ask` and receives `answer`. */
function write(name: string, text: string, info = '{ title: Quiz, version: 1.0.0 }'): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `asyncapi: 3.0.0
info: ${info}
${text}servers: { main: { host: localhost, protocol: ws } }
channels:
  quiz:
    address: /quiz
    messages:
      ask: { summary: Asks., payload: { type: object, required: [question], properties: { question: { type: string } } }, examples: [{ payload: { question: Why? } }] }
      answer: { summary: Answers., payload: { type: object, required: [text], properties: { text: { type: string } } }, examples: [{ payload: { text: So. } }] }
operations:
  ask: { action: send, channel: { $ref: '#/channels/quiz' }, messages: [{ $ref: '#/channels/quiz/messages/ask' }] }
  answer: { action: receive, channel: { $ref: '#/channels/quiz' }, messages: [{ $ref: '#/channels/quiz/messages/answer' }] }
`,
  );
  return file;
}

const ofServer = ['    send     ask: ask', '    receive  answer: answer'];
const ofClient = ['    receive  ask: ask', '    send     answer: answer'];

async function operationsOf(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await posted('validate', ...args);
  return stdout.trimEnd().split('\n').slice(2);
}

describe('a document', () => {
  it('is that of the server by default', async () => {
    expect(await operationsOf(write('default', ''))).toEqual(ofServer);
  });

  it('of a client says so, and the server gets the opposite operations', async () => {
    expect(await operationsOf(write('client', 'x-perspective: client\n'))).toEqual(ofClient);
  });

  it('is read from the perspective of the command line, whatever it says', async () => {
    const file = write('stated', 'x-perspective: client\n');
    expect(await operationsOf(file, '--perspective', 'server')).toEqual(ofServer);
    expect(await operationsOf(write('other', ''), '--perspective', 'client')).toEqual(ofClient);
  });

  it('of a client may have security that no handshake carries, which the client skips', async () => {
    const file = write('plain', '');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('protocol: ws }', 'protocol: ws, security: [{ type: plain }] }'));
    expect((await posted('validate', file)).stderr).toContain('security scheme `plain` is not supported');
    const { code, stderr } = await posted('validate', file, '--perspective', 'client');
    expect(stderr).toContain('no WebSocket handshake carries these credentials, so the client sends none');
    expect(code).toBe(0);
  });

  it('of AsyncAPI 2 is turned around, too', async () => {
    const file = join(folder, 'version2.yaml');
    const message =
      '{ name: said, summary: Says., payload: { type: string }, examples: [{ payload: Hello }] }';
    writeFileSync(
      file,
      `asyncapi: 2.6.0
info: { title: Chat, version: 1.0.0 }
x-perspective: client
channels: { /chat: { publish: { operationId: say, message: ${message} } } }
`,
    );
    expect(await operationsOf(file)).toEqual(['    send     say: said']);
  });

  it.each([
    ['a title', '{ title: Quiz client, version: 1.0.0 }', '2:9  /info/title'],
    [
      'a description',
      "{ title: Quiz, version: 1.0.0, description: Describes the client of somebody else's server. }",
      '2:38  /info/description',
    ],
  ])('with %s that says "client" gets a warning, unless it states its perspective', async (_, info, at) => {
    const file = write('warned', '', info);
    const { code, stderr } = await posted('validate', file);
    expect(stderr).toMatch(
      RegExp(`^warning: ${RegExp.escape(`${file}:${at}  this may be the document of a client`)}`),
    );
    expect(code).toBe(0);
    expect(await posted('validate', file, '--perspective', 'client')).toMatchObject({ code: 0, stderr: '' });
    const stated = write('not-warned', 'x-perspective: server\n', info);
    expect(await posted('validate', stated)).toMatchObject({ code: 0, stderr: '' });
  });

  it('that only mentions its clients gets no warning', async () => {
    const info = '{ title: Quiz, version: 1.0.0, description: Every connected client gets the questions. }';
    expect(await posted('validate', write('mentioned', '', info))).toMatchObject({ code: 0, stderr: '' });
  });

  it('with another perspective is refused', async () => {
    const file = write('unknown', 'x-perspective: broker\n');
    expect(await posted('validate', file)).toMatchObject({
      code: 1,
      stderr: `${file}:3:1  /x-perspective  \`x-perspective\` cannot be "broker"; write \`server\` or \`client\`\n`,
    });
  });
});

describe('posted init', () => {
  it('keeps the perspective in the scripts of the project', async () => {
    const project = join(folder, 'project');
    await posted('init', project, write('foreign', ''), '--perspective', 'client');
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    expect(scripts.generate).toContain(' --perspective client');
  });
});
