import { rabbitmq } from '../../../../scripts/dev/services/rabbitmq.ts';
import { connectToRabbitmq } from '../../../../src/runtime/log/hints/rabbitmq-connection.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(rabbitmq, connectToRabbitmq);
