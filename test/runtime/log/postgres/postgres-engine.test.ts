import { describePostgres } from '../../../support/postgres.ts';
import { describeEngine } from '../suite/engine-suite.ts';
import { migrations } from '../suite/notes-application.ts';
import { openEngine } from './open-engine.ts';

describePostgres('PostgreSQL', (server) => {
  describeEngine('PostgreSQL', async () => {
    const url = await server().createDatabase();
    return { open: (options) => openEngine(url, { migrations, ...options }) };
  });
});
