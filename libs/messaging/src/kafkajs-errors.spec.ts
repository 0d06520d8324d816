import kafkajs from 'kafkajs';
import { isPassing } from './kafkajs-errors.ts';

const { KafkaJSNonRetriableError, KafkaJSGroupCoordinatorNotFound, KafkaJSProtocolError } =
  kafkajs as unknown as Record<string, new (cause: unknown, more?: { cause: unknown }) => Error>;

describe('an error of kafkajs', () => {
  it('passes when no broker could be asked for the coordinator, however it is wrapped', () => {
    const absent = new KafkaJSGroupCoordinatorNotFound!('Failed to find group coordinator');
    expect(isPassing(absent)).toBe(true);
    expect(isPassing(new KafkaJSNonRetriableError!(absent, { cause: absent }))).toBe(true);
  });

  it('passes when the way to the broker was closed between two requests', () => {
    expect(isPassing(new Error('Broker not connected'))).toBe(true);
  });

  it('stays when Kafka says that it is final', () => {
    expect(isPassing(new KafkaJSNonRetriableError!('not authorised'))).toBe(false);
    expect(isPassing(new KafkaJSProtocolError!({ message: 'no', type: 'X', retriable: false }))).toBe(false);
  });
});
