import type { ContractDocument } from '../../contract/contract-document.ts';
import { ContractNode } from '../../contract/contract-node.ts';
import { readEndpoints } from '../endpoints.ts';
import { readOperations } from '../operations.ts';
import { readServers } from '../servers.ts';
import { addControlMessages } from './add-control-messages.ts';
import { addCursors } from './add-cursor.ts';
import { addQuery } from './add-query.ts';
import { checkDelivery, checkRetention, type DurableChannel } from './check-delivery.ts';
import { DeliveryDraft } from './delivery-draft.ts';
import { readDelivery } from './read-delivery.ts';

/**
 * Adds the parts to a document that the extension `x-delivery` of its channels implies: the control messages and their
 * operations, the query parameters, the cursor of durable messages, and `x-resume`. Parts that the author has written
 * stay if they are equal. Returns the document itself if no channel has the extension.
 *
 * @throws GenerationError with all problems
 */
export function expandDelivery(document: ContractDocument): ContractDocument {
  const root = new ContractNode(document);
  const extended = (root.get('channels')?.entries ?? []).filter(
    ([, channel]) => channel.get('x-delivery') !== undefined,
  );
  if (extended.length === 0) return document;
  const channels = readDurableChannels(root, extended);
  document.throwProblems();
  for (const durable of channels) checkDelivery(durable);
  checkRetention(channels);
  const draft = new DeliveryDraft(document);
  addCursors(draft, channels);
  for (const durable of channels) {
    addQuery(draft, durable);
    addControlMessages(draft, durable);
  }
  document.throwProblems();
  return draft.document;
}

function readDurableChannels(
  root: ContractNode,
  extended: readonly (readonly [name: string, channel: ContractNode])[],
): readonly DurableChannel[] {
  const endpoints = readEndpoints(root, readServers(root));
  const operations = readOperations(root, endpoints);
  return extended.flatMap(([name, channel]) => {
    const node = channel.get('x-delivery');
    const endpoint = endpoints.find(({ channels }) =>
      channels.some(({ pointer }) => pointer === channel.pointer),
    );
    if (node === undefined) return [];
    const delivery = readDelivery(node);
    if (endpoint === undefined) {
      node.report(
        'only a channel with an address on a WebSocket server can be durable',
        'give it an address and a server with protocol ws or wss, or remove x-delivery',
      );
    }
    if (endpoint === undefined || delivery === null) return [];
    return [{ name, channel, node, delivery, endpoint, operations: operations.get(endpoint) ?? [] }];
  });
}
