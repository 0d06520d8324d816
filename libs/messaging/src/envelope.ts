import { events, type Received } from '@tierline/contracts';
import type { LogRecord } from './event-log.ts';

/** A record that cannot be read as an event of a declared type: asking again would not help. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Everything of an event but its data, as CloudEvents attributes. */
export type Attributes = Omit<Received, 'data'>;

/** CloudEvents 1.0, Kafka binding, binary mode: the attributes as `ce_*` headers, the data as JSON value. */
export const headersOf = (event: Attributes, key: string): Record<string, string> => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: event.id,
  ce_type: event.type,
  ce_source: event.source,
  ce_subject: event.subject,
  ce_time: event.time,
  ce_dataschema: `urn:tierline:schema:${event.type}`,
  ce_tenant: event.tenant,
  ce_sequence: String(event.sequence),
  ce_partitionkey: key,
  ce_actor: event.actor,
  ce_correlationid: event.correlationId,
  ...(event.causationId ? { ce_causationid: event.causationId } : {}),
  ...(event.traceparent ? { ce_traceparent: event.traceparent } : {}),
});

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const required = (headers: LogRecord['headers'], name: string): string => {
  const value = headers[name];
  if (!value) throw new Unreadable(`header ${name} is missing`);
  return value;
};

const attributesOf = ({ headers }: LogRecord): Attributes => {
  const id = required(headers, 'ce_id');
  if (!uuid.test(id)) throw new Unreadable('header ce_id is not a UUID');
  const time = required(headers, 'ce_time');
  if (Number.isNaN(Date.parse(time))) throw new Unreadable('header ce_time is not a time');
  const sequence = Number(required(headers, 'ce_sequence'));
  if (!Number.isSafeInteger(sequence)) throw new Unreadable('header ce_sequence is not a whole number');
  return {
    id,
    type: required(headers, 'ce_type'),
    source: required(headers, 'ce_source'),
    subject: required(headers, 'ce_subject'),
    time,
    tenant: required(headers, 'ce_tenant'),
    sequence,
    actor: required(headers, 'ce_actor'),
    correlationId: headers.ce_correlationid ?? id,
    causationId: headers.ce_causationid ?? null,
    traceparent: headers.ce_traceparent ?? null,
  };
};

/**
 * Reads a record as an event of a declared type; data that the type does not know is dropped.
 * Throws `Unreadable` with the reason: a missing attribute, no JSON, an undeclared type, data of another shape.
 */
export const readEvent = (record: LogRecord): Received => {
  const attributes = attributesOf(record);
  const definition = events.get(attributes.type);
  if (!definition) throw new Unreadable(`type ${attributes.type} is not declared`);
  let json: unknown;
  try {
    json = JSON.parse(record.value?.toString('utf8') ?? '');
  } catch (error) {
    throw new Unreadable(`the value is not JSON: ${(error as Error).message}`);
  }
  const data = definition.schema.safeParse(json);
  if (!data.success) {
    const [issue] = data.error.issues;
    throw new Unreadable(`data of ${attributes.type}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return { ...attributes, data: data.data };
};
