import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import type { MessageModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import type { Perspective } from '../../scripts/posted/asyncapi/perspective.ts';
import { createSamples } from '../../scripts/posted/cli/init/samples.ts';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { compilerOf } from '../../scripts/posted/schemas/compiler.ts';
import { isSchemaObject } from '../../scripts/posted/schemas/json-schema.ts';
import { type ClientOptions, type CorpusClient, openGenerated } from './clients.ts';
import { converse } from './conversation.ts';
import { type CorpusDocument, generateDocument } from './document.ts';
import { serveDocument } from './generic-server.ts';
import { startPythonClients } from './python-clients.ts';
import { typeCheck } from './type-check.ts';

/** How far a document of somebody else comes. */
export interface Tried {
  readonly file: string;
  /** Whether the official parser finds no errors. */
  readonly isValid: boolean;
  readonly perspective: Perspective;
  /** The lines of the refusal; empty if the document is accepted. */
  readonly refusal: readonly string[];
  /** The compiler's errors in the generated code. */
  readonly typeErrors: readonly string[];
  /** The number of exchanged messages, or why one failed, by language; null if the code was not run. */
  readonly typescript: number | string | null;
  readonly python: number | string | null;
}

export interface TryOptions {
  /** A folder for the generated code, prepared as a project. */
  readonly project: string;
  readonly perspectives: readonly Perspective[];
  readonly progress: (text: string) => void;
}

/** One that was accepted. */
interface Generated {
  readonly name: string;
  readonly document: CorpusDocument;
}

/** How long a message may take: the server and its client are on this machine. */
const timeoutMs = 5000;

/** Generates code from every document in a folder, type-checks it, starts a server and exchanges all examples with it. */
export async function tryDocuments(folder: string, options: TryOptions): Promise<readonly Tried[]> {
  const files = readdirSync(folder).filter((file) => /\.(ya?ml|json)$/.test(file));
  const started: { readonly tried: Tried; readonly generated: Generated | null }[] = [];
  for (const [index, file] of files.entries()) {
    const path = join(folder, file);
    const isValid = await isValidDocument(path);
    for (const perspective of options.perspectives) {
      const name = `d${index}-${perspective}`;
      options.progress(`${file} (${perspective})`);
      const base = {
        file,
        isValid,
        perspective,
        refusal: [],
        typeErrors: [],
        typescript: null,
        python: null,
      };
      try {
        const document = await generateDocument(path, options.project, name, {
          perspective,
          targets: ['python'],
        });
        started.push({ tried: base, generated: { name, document: withSamples(document) } });
      } catch (thrown) {
        started.push({ tried: { ...base, refusal: linesOf(thrown) }, generated: null });
      }
    }
  }
  options.progress('type check');
  const errors = typeCheck(options.project).split(/\n(?=\S)/);
  const results: Tried[] = [];
  for (const { tried, generated } of started) {
    if (generated === null) {
      results.push(tried);
      continue;
    }
    options.progress(`speak: ${tried.file} (${tried.perspective})`);
    results.push({
      ...tried,
      typeErrors: errors.filter((error) => error.startsWith(`generated/${generated.name}/`)),
      ...(await speak(generated, options.project)),
    });
  }
  return results;
}

/** The document with its valid examples, and a value of its schema for each message that has none. */
function withSamples(document: CorpusDocument): CorpusDocument {
  const samples = createSamples(document.schemas);
  const known = new Map<MessageModel, MessageModel>();
  const compiler = compilerOf(document.schemas, 'json');
  const withSample = (message: MessageModel): MessageModel => {
    const { encoding, definition, examples } = message;
    if (encoding === 'binary' || definition === null) return message;
    const valid = examples.filter((example) => compiler.compile(definition)(example));
    const sample = valid.length > 0 ? undefined : samples.ofMessage(message);
    // The runtime fills in the constants, even optional ones.
    const complete = isSchemaObject(sample) ? { ...sample, ...message.constants } : sample;
    return { ...message, examples: sample === undefined ? valid : [complete] };
  };
  const completed = (message: MessageModel): MessageModel => {
    const found = known.get(message) ?? withSample(message);
    known.set(message, found);
    return found;
  };
  const channels = document.model.channels.map((channel) => ({
    ...channel,
    send: channel.send.map(completed),
    receive: channel.receive.map(completed),
    operations: channel.operations.map((operation) => ({
      ...operation,
      messages: operation.messages.map(({ message, ...others }) => ({
        ...others,
        message: completed(message),
      })),
      reply: operation.reply?.map(completed) ?? null,
    })),
  }));
  return { ...document, model: { ...document.model, channels } };
}

async function isValidDocument(path: string): Promise<boolean> {
  const { diagnostics } = await new Parser().parse(readFileSync(path, 'utf8'), { source: path });
  return diagnostics.every(({ severity }) => (severity as number) !== 0);
}

async function speak(
  { name, document }: Generated,
  project: string,
): Promise<Pick<Tried, 'typescript' | 'python'>> {
  const python = startPythonClients(document, join(project, 'generated', name, 'python'));
  try {
    return {
      typescript: await exchanged(document, openGenerated),
      python: await exchanged(document, (options) => python.open(options)),
    };
  } finally {
    python.close();
  }
}

async function exchanged(
  document: CorpusDocument,
  open: Parameters<typeof converse>[0]['open'],
): Promise<number | string> {
  /** What is sent may fail before the conversation waits for it. */
  async function openWatched(options: ClientOptions): Promise<CorpusClient> {
    const client = await open(options);
    return {
      ...client,
      send(operation, message, value) {
        const sent = client.send(operation, message, value);
        sent.catch(() => {});
        return sent;
      },
    };
  }
  try {
    const server = await serveDocument(document);
    try {
      let count = 0;
      for (const channel of document.model.channels) {
        count += await converse({ document, channel, server, open: openWatched, timeoutMs });
      }
      return count;
    } finally {
      await server.close();
    }
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function linesOf(thrown: unknown): readonly string[] {
  if (thrown instanceof GenerationError) return thrown.message.split('\n');
  return [`CRASH ${thrown instanceof Error ? thrown.stack : String(thrown)}`];
}
