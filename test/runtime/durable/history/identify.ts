import type {
  NoteAddedPayload,
  OrderCancelledPayload,
  OrderPlacedPayload,
} from '../shop/generated/asyncapi/models.ts';

export type ShopMessage = OrderPlacedPayload | OrderCancelledPayload | NoteAddedPayload;

/** The id of a message in a run. No customer places two orders of the same amount. */
export function identify(message: ShopMessage): string {
  switch (message.type) {
    case 'orderPlaced':
      return placedId(message.customer, message.cents);
    case 'orderCancelled':
      return cancelledId(message.orderId);
    case 'noteAdded':
      return noteId(message.noteId);
  }
}

export const placedId = (customer: string, cents: number): string => `orderPlaced ${customer} ${cents}`;
export const cancelledId = (orderId: string): string => `orderCancelled ${orderId}`;
export const noteId = (note: string): string => `noteAdded ${note}`;

/** The fields of a message as text, the same in the log and on the wire, where it also has a type and a cursor. */
export function contentOf(message: object): string {
  const { type: _type, cursor: _cursor, ...content } = message as Record<string, unknown>;
  return JSON.stringify(content, Object.keys(content).toSorted());
}
