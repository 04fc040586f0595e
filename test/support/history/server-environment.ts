/** The settings of a server under test, from its environment. */
import type { DatabaseLocation } from 'posted/log';
import { sharedLogPort } from 'posted/node';

const {
  DATABASE_URL: url,
  DATABASE_DIRECT_URL: directUrl,
  DATA_DIR: folder = 'data',
  BROKER_URL,
  BYE_SPREAD_MS = '10000',
  PORT = '8080',
  WORKERS = '1',
} = process.env;

/** In a server, whose workers share it. */
export const sharedDatabase: DatabaseLocation =
  url === undefined ? { folder, sharedLog: sharedLogPort() } : { url, directUrl };

/** In a command that runs while no server does. */
export const ownDatabase: DatabaseLocation = url === undefined ? { folder } : { url };

export const brokerUrl = BROKER_URL;
export const delivery = { byeSpreadMs: Number(BYE_SPREAD_MS) };
export const listenOptions = { port: Number(PORT), workers: Number(WORKERS) };
