import { checkFields, type Fields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import type { Action, ResumeModel } from './contract-model.ts';

/** By role: in which direction its message goes. */
const roles = {
  ready: 'send',
  checkpoint: 'send',
  reset: 'send',
  bye: 'send',
  ack: 'receive',
} as const satisfies Partial<Record<keyof ResumeModel, Action>>;

const resumeFields: Fields = {
  object: 'x-resume',
  read: ['query', 'cursor', ...Object.keys(roles)],
  documentation: [],
  refused: {},
};

/** What an operation of the channel is known by here. */
interface OperationNames {
  readonly action: Action;
  readonly messages: readonly (readonly [name: string, node: ContractNode])[];
}

/**
 * The extension `x-resume` of a channel: how a client that lost its connection goes on where it was.
 * It names the query parameter for the place to begin, the property that messages carry their place
 * in, and the message for each role.
 */
export function readResume(channel: ContractNode, operations: readonly OperationNames[]): ResumeModel | null {
  const resume = channel.get('x-resume');
  if (resume === undefined) return null;
  checkFields(resume, resumeFields);
  const query = resume.text('query');
  if (channel.get('bindings', 'ws', 'query')?.get('properties', query) === undefined || query === '') {
    resume.reportAt(
      'query',
      `the ws binding has no query parameter ${JSON.stringify(query)}`,
      'name one that it has',
    );
  }
  const names = { ready: '', checkpoint: '', reset: '', bye: '', ack: '' };
  for (const [role, action] of Object.entries(roles) as readonly [keyof typeof roles, Action][]) {
    names[role] = resume.text(role);
    const isKnown = operations.some(
      (operation) => operation.action === action && operation.messages.some(([name]) => name === names[role]),
    );
    if (isKnown) continue;
    const what = `no operation that is \`${action}\` has a message ${JSON.stringify(names[role])}`;
    resume.reportAt(role, what, 'name the message that has this role');
  }
  return { query, cursor: resume.text('cursor') || 'cursor', ...names };
}
