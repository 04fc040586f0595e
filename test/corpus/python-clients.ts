import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { contentOf } from '../../scripts/posted/asyncapi/content.ts';
import type { MessageModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import { messageContentsOf } from '../../scripts/posted/python/message-contents.ts';
import { parameterInputs } from '../../scripts/posted/python/parameter-inputs.ts';
import { type PythonChannel, pythonContractOf } from '../../scripts/posted/python/python-contract.ts';
import { pythonModelsOf } from '../../scripts/posted/python/python-models.ts';
import { packageName } from '../../scripts/posted/python/python-names.ts';
import { pythonPath } from '../python/python.ts';
import { type ClientOptions, type CorpusClient, serverUrl } from './clients.ts';
import { clientCredentials } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { examplesOf, handshakeOf } from './examples.ts';

/** A Python process with clients of one package. */
export interface PythonClients {
  open(options: ClientOptions): Promise<CorpusClient>;
  close(): void;
}

/** What the process prints: the result of a command, or a message that a client received. */
interface Event {
  readonly number?: number;
  readonly error?: string;
  readonly reply?: unknown;
  readonly client?: number;
  readonly received?: unknown;
}

/** @param packages the folder with the generated package */
export function startPythonClients(document: CorpusDocument, packages: string): PythonClients {
  const channels = pythonChannels(document);
  const child = spawn(
    pythonPath(),
    [
      join(import.meta.dirname, '../python/speaker_app.py'),
      JSON.stringify({ package: packageName(document.model.title) }),
    ],
    {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const received = new Map<number, unknown[]>();
  let stderr = '';
  let sent = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.on('close', () => {
    const lines = stderr.trim().split('\n');
    for (const { reject } of pending.values()) reject(new Error(`Python ended: ${lines.at(-1)}`));
  });
  createInterface(child.stdout).on('line', (line) => {
    const event = JSON.parse(line) as Event;
    if (event.client !== undefined) received.get(event.client)?.push(decode(event.received));
    const command = event.number === undefined ? undefined : pending.get(event.number);
    if (event.error !== undefined) command?.reject(new Error(event.error));
    else command?.resolve(decode(event.reply));
  });

  function run(command: object): Promise<unknown> {
    sent += 1;
    const result = Promise.withResolvers<unknown>();
    pending.set(sent, result);
    child.stdin.write(`${JSON.stringify({ number: sent, ...command })}\n`);
    return result.promise;
  }

  return {
    async open(options) {
      const channel = channels.get(options.channel.name);
      if (channel === undefined) throw new Error(`Python has no channel ${options.channel.name}.`);
      const client = received.size;
      const messages: unknown[] = [];
      received.set(client, messages);
      await run({ do: 'open', client, ...openOptions(options, channel) });
      return {
        received: messages,
        async send({ name }, message, value) {
          const call = channel.calls.find((each) => each.name === name);
          const member = call?.messages.find((each) => each.name === message.name)?.member ?? '';
          const path = call?.messages.length === 1 ? [call.member] : [call?.member, member];
          return await run({
            do: 'send',
            client,
            member: path,
            content: encode(contentOf(message, value, false)),
          });
        },
        async close() {
          await run({ do: 'close', client });
        },
      };
    },
    close() {
      child.kill('SIGKILL');
    },
  };
}

function pythonChannels({ model, schemas }: CorpusDocument): ReadonlyMap<string, PythonChannel> {
  const contents = messageContentsOf(model, schemas);
  const models = pythonModelsOf(schemas, new Map([...contents.schemas, ...parameterInputs(model, schemas)]));
  const { channels } = pythonContractOf(model, schemas, models, contents);
  return new Map(channels.map((channel) => [channel.model.name, channel]));
}

/** The arguments of a connect function, and what the client answers. */
function openOptions(options: ClientOptions, { identifier, params, query, headers, answers }: PythonChannel) {
  const { document, channel, schemes } = options;
  const handshake = handshakeOf(channel, document.schemas);
  const credentials = Object.entries(clientCredentials(schemes)).map(([name, given]) => [
    name,
    typeof given === 'string' ? given : Object.values(given as object),
  ]);
  const replies = answers.map(({ name, member, replies: [answer, ...others] }) => {
    const { reply } = channel.operations.find((operation) => operation.name === name) ?? {};
    const message = reply?.[0] as MessageModel;
    const content = encode(contentOf(message, examplesOf(message)[0], false));
    return [member, [content, others.length === 0 ? '' : answer?.member]];
  });
  return {
    connect: `connect_${identifier}`,
    url: serverUrl(options),
    answers: Object.fromEntries(replies),
    options: {
      ...(credentials.length > 0 && { auth: Object.fromEntries(credentials) }),
      ...(params !== null && { params: handshake.parameters }),
      ...(query !== null && { query: handshake.query }),
      ...(headers !== null && { headers: handshake.headers }),
    },
  };
}

function encode(value: unknown): unknown {
  return value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value;
}

function decode(value: unknown): unknown {
  const bytes: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, '$bytes') : undefined;
  return typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'base64')) : value;
}
