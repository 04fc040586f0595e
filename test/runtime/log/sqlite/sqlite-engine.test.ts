import { describeEngine } from '../suite/engine-suite.ts';
import { makeDatabasePath, openEngine } from './open-engine.ts';

describeEngine('SQLite', async () => {
  const path = await makeDatabasePath();
  return { open: (options) => openEngine({ path, ...options }) };
});
