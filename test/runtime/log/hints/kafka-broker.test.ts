import { kafka } from '../../../../scripts/dev/services/kafka.ts';
import { connectToKafka } from '../../../../src/runtime/log/hints/kafka-connection.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(kafka, connectToKafka);
