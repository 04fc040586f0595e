import { rabbitmq } from '../../scripts/services/rabbitmq.ts';
import { openRabbitmqLink } from '../../src/broker/rabbitmq-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(rabbitmq, openRabbitmqLink);
