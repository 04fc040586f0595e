import { nats } from '../../../../scripts/dev/services/nats.ts';
import { connectToNats } from '../../../../src/runtime/log/hints/nats-connection.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(nats, connectToNats);
