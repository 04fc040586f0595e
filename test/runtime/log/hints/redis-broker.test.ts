import { redis } from '../../../../scripts/dev/services/redis.ts';
import { connectToRedis } from '../../../../src/runtime/log/hints/redis-connection.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(redis, connectToRedis);
