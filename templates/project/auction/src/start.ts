/** `npm start`: serves the contract and the page until Ctrl-C. */
import settings from '../settings.json' with { type: 'json' };
import { server } from './app.ts';

const { url } = await server.listen({ port: Number(process.env.PORT ?? settings.port) });
console.log(`The page is at ${url}. The password is in .env.`);
