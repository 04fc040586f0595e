import type { Migrations } from 'posted/log';

export interface ShopTables {
  readonly shop_order: {
    readonly id: string;
    readonly shop: string;
    readonly customer: string;
    readonly cents: number;
    readonly cancelled: number;
  };
}

export const migrations: Migrations = ({ text, integer }) => ({
  '0001-orders': {
    async up({ schema }) {
      await schema
        .createTable('shop_order')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('shop', text, (column) => column.notNull())
        .addColumn('customer', text, (column) => column.notNull())
        .addColumn('cents', integer, (column) => column.notNull())
        .addColumn('cancelled', integer, (column) => column.notNull().defaultTo(0))
        .execute();
      await schema.createIndex('shop_order_shop').on('shop_order').column('shop').execute();
    },
  },
});
