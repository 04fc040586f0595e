import type { SchemaObject } from '../../schemas/json-schema.ts';
import type { DeliveryModel, SelectionModel } from '../contract-model.ts';

/** A query parameter with which a connection chooses which messages it gets. */
export interface ChoiceParameter {
  readonly query: string;
  /** The name of the component with its schema. */
  readonly component: 'Audience' | 'Selection';
  readonly schema: SchemaObject;
}

export function choiceParameters({
  audience,
  select,
}: Pick<DeliveryModel, 'audience' | 'select'>): readonly ChoiceParameter[] {
  return [
    ...(typeof audience === 'string' ? [] : [audienceParameter(audience)]),
    ...(select === null ? [] : [selectionParameter(select)]),
  ];
}

function audienceParameter({ query, topic }: Exclude<DeliveryModel['audience'], string>): ChoiceParameter {
  const schema = {
    type: 'string',
    description: `Whose messages a connection receives: everyone's, or only those of the topics that its user has joined. A server can make \`${topic}\` the rule for all connections.`,
    enum: ['everyone', topic],
  };
  return { query, component: 'Audience', schema };
}

function selectionParameter({ query, default: defaults, groups }: SelectionModel): ChoiceParameter {
  const lists = Object.entries(groups).map(([group, names]) => `\`${group}\` (${names.join(', ')})`);
  // No character of a group's name has a meaning in a pattern.
  const group = `(${Object.keys(groups).join('|')})`;
  const schema = {
    type: 'string',
    description: `Which durable messages a connection receives: those of the groups in this comma-separated list. Groups: ${lists.join(', ')}. Default: ${defaults.join(',')}.`,
    pattern: `^${group}(,${group})*$`,
  };
  return { query, component: 'Selection', schema };
}
