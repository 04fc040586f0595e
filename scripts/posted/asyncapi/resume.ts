import { checkFields, type Fields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import type { Action, ChannelModel, MessageModel, OperationModel, ResumeModel } from './contract-model.ts';

/** The direction of each role's message. */
const roles = {
  ready: 'send',
  checkpoint: 'send',
  reset: 'send',
  bye: 'send',
  ack: 'receive',
} as const satisfies Partial<Record<keyof ResumeModel, Action>>;

const resumeFields: Fields = {
  object: 'x-resume',
  read: ['query', 'window', 'device', 'instance', 'cursor', 'alive', ...Object.keys(roles)],
  documentation: [],
  refused: {},
};

/** The part of an operation in use here. */
interface OperationNames {
  readonly action: Action;
  readonly messages: readonly (readonly [name: string, node: ContractNode])[];
}

/**
 * Reads a channel's extension `x-resume`, which lets a client that lost its connection continue where it stopped. It
 * names the query parameters for the start, the window, the device and the client's claim to it, the property for a
 * message's cursor, and the message for each role.
 */
export function readResume(channel: ContractNode, operations: readonly OperationNames[]): ResumeModel | null {
  const resume = channel.get('x-resume');
  if (resume === undefined) return null;
  checkFields(resume, resumeFields);
  const query = resume.text('query');
  checkParameter(channel, resume, 'query');
  const names = { ready: '', checkpoint: '', reset: '', bye: '', ack: '' };
  for (const role of Object.keys(roles) as (keyof typeof roles)[]) {
    names[role] = resume.text(role);
    checkMessage(resume, role, roles[role], operations);
  }
  return {
    query,
    cursor: resume.text('cursor') || 'cursor',
    ...names,
    ...readHeartbeat(channel, resume, operations),
    ...readDevice(channel, resume),
  };
}

/** A server that accepts a window sends a heartbeat to those who state one, so a contract has both or neither. */
function readHeartbeat(
  channel: ContractNode,
  resume: ContractNode,
  operations: readonly OperationNames[],
): Pick<ResumeModel, 'window' | 'alive'> {
  if (resume.get('window') === undefined && resume.get('alive') === undefined)
    return { window: null, alive: null };
  checkParameter(channel, resume, 'window');
  checkMessage(resume, 'alive', 'send', operations);
  return { window: resume.text('window'), alive: resume.text('alive') };
}

/** A client claims the device that it states, so a contract has both parameters or neither. */
function readDevice(channel: ContractNode, resume: ContractNode): Pick<ResumeModel, 'device' | 'instance'> {
  if (resume.get('device') === undefined && resume.get('instance') === undefined)
    return { device: null, instance: null };
  checkParameter(channel, resume, 'device');
  checkParameter(channel, resume, 'instance');
  return { device: resume.text('device'), instance: resume.text('instance') };
}

function checkParameter(
  channel: ContractNode,
  resume: ContractNode,
  field: 'query' | 'window' | 'device' | 'instance',
): void {
  const name = resume.text(field);
  if (name !== '' && channel.get('bindings', 'ws', 'query')?.get('properties', name) !== undefined) return;
  resume.reportAt(
    field,
    `the ws binding has no query parameter ${JSON.stringify(name)}`,
    'use the name of a declared query parameter',
  );
}

function checkMessage(
  resume: ContractNode,
  role: string,
  action: Action,
  operations: readonly OperationNames[],
): void {
  const message = resume.text(role);
  const isKnown = operations.some(
    (operation) => operation.action === action && operation.messages.some(([name]) => name === message),
  );
  if (isKnown) return;
  const what = `no \`${action}\` operation has a message ${JSON.stringify(message)}`;
  resume.reportAt(role, what, 'use the name of the message with this role');
}

/** The messages of an operation that clients leave to the application: all except those of the resume protocol. */
export function applicationMessages(
  { resume }: Pick<ChannelModel, 'resume'>,
  { messages }: Pick<OperationModel, 'messages'>,
): readonly MessageModel[] {
  const ofRuntime = controlNames(resume);
  return messages.map(({ message }) => message).filter(({ name }) => !ofRuntime.has(name));
}

/**
 * The messages of an operation that a server leaves to the application. With `x-delivery`, the runtime receives and
 * sends the messages of the resume protocol, and sends durable messages from the log.
 */
export function serverMessages(
  { resume, delivery }: Pick<ChannelModel, 'resume' | 'delivery'>,
  { messages }: Pick<OperationModel, 'messages'>,
): OperationModel['messages'] {
  if (delivery === null) return messages;
  const ofRuntime = new Set([...controlNames(resume), ...delivery.messages]);
  return messages.filter(({ message }) => !ofRuntime.has(message.name));
}

function controlNames(resume: ResumeModel | null): ReadonlySet<string> {
  if (resume === null) return new Set();
  const { ready, checkpoint, reset, bye, ack, alive } = resume;
  return new Set([ready, checkpoint, reset, bye, ack, ...(alive === null ? [] : [alive])]);
}
