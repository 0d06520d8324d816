import type { Received } from '@tierline/contracts';

/** The event as CloudEvents 1.0 in structured JSON: the same attributes that its Kafka record carries as headers. */
export const cloudEventOf = (event: Received) => ({
  specversion: '1.0',
  id: event.id,
  type: event.type,
  source: event.source,
  subject: event.subject,
  time: event.time,
  datacontenttype: 'application/json',
  dataschema: `urn:tierline:schema:${event.type}`,
  tenant: event.tenant,
  sequence: String(event.sequence),
  partitionkey: event.subject,
  actor: event.actor,
  correlationid: event.correlationId,
  ...(event.causationId ? { causationid: event.causationId } : {}),
  ...(event.traceparent ? { traceparent: event.traceparent } : {}),
  data: event.data,
});
