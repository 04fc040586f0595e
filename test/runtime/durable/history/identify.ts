import type {
  NoteAddedPayload,
  OrderCancelledPayload,
  OrderPlacedPayload,
} from '../shop/generated/asyncapi/models.ts';

/** The id of a message in a run. No customer places two orders of the same amount. */
export function identify(message: string, payload: object): string {
  switch (message) {
    case 'orderPlaced': {
      const { customer, cents } = payload as OrderPlacedPayload;
      return placedId(customer, cents);
    }
    case 'orderCancelled':
      return cancelledId((payload as OrderCancelledPayload).orderId);
    default:
      return noteId((payload as NoteAddedPayload).noteId);
  }
}

export const placedId = (customer: string, cents: number): string => `orderPlaced ${customer} ${cents}`;
export const cancelledId = (orderId: string): string => `orderCancelled ${orderId}`;
export const noteId = (note: string): string => `noteAdded ${note}`;
