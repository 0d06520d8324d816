type ClientError = Error & { type?: string; retriable?: boolean; cause?: ClientError };

/** The error and those that it wraps. */
const chainOf = (error: unknown): ClientError[] => {
  const chain: ClientError[] = [];
  for (let each = error as ClientError | undefined; each instanceof Error; each = each.cause) chain.push(each);
  return chain;
};

const said = (error: unknown, types: readonly string[]): string | undefined =>
  chainOf(error).find(({ type }) => type !== undefined && types.includes(type))?.message;

/** What Kafka said of a topic that is not there; undefined for any other error of kafkajs. */
export const missingTopic = (error: unknown) => said(error, ['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

/** What Kafka said of a topic that this client may not use; undefined for any other error of kafkajs. */
export const forbiddenTopic = (error: unknown) => said(error, ['TOPIC_AUTHORIZATION_FAILED']);

/** Why Kafka will never take a record; undefined for any other error of kafkajs. */
export const refusal = (error: unknown) =>
  said(error, ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/** What kafkajs says, as an error without a kind, when it asks on a way that was just closed. */
const closedWay = 'Broker not connected';

/**
 * Whether the same may succeed later. kafkajs holds it for final that no broker could be asked for the coordinator, or
 * that the way to a broker closed between two requests, though that is how a broker that restarts looks.
 */
export const isPassing = (error: unknown): boolean =>
  chainOf(error).some(
    ({ retriable, name, message }) =>
      retriable === true || name === 'KafkaJSGroupCoordinatorNotFound' || message === closedWay,
  );
