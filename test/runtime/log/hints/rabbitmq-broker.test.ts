import { rabbitmq } from '../../../../scripts/dev/services/rabbitmq.ts';
import { openRabbitmqLink } from '../../../../src/runtime/log/hints/rabbitmq-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(rabbitmq, openRabbitmqLink);
