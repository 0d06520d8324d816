import { z } from 'zod';
import { events } from './catalogue.ts';
import { topics, type EventDefinition, type TopicName } from './event.ts';

const text = (description: string) => ({ type: 'string', description });

/** The CloudEvents attributes that every record carries as headers. */
const headers = {
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_time', 'ce_tenant', 'ce_sequence'],
  properties: {
    'content-type': { const: 'application/json' },
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'UUIDv7. Drop duplicates by it.' },
    ce_type: text('Name and version of the event.'),
    ce_source: text('The publishing service, as /intake.'),
    ce_subject: text('What it is about: the ticket id, or the key of the reference data.'),
    ce_time: { type: 'string', format: 'date-time' },
    ce_dataschema: text('urn:tierline:schema:<type>'),
    ce_tenant: text('The tenant.'),
    ce_sequence: text('1, 2, 3 … among the events of this source about this subject, without gaps.'),
    ce_partitionkey: text('The key of the record.'),
    ce_actor: text('Who caused it, as agent:kim.'),
    ce_correlationid: text('Ties together all that one request caused.'),
    ce_causationid: text('The event that caused this one.'),
    ce_traceparent: text('W3C trace context.'),
  },
};

const keys: Record<TopicName, string> = {
  tickets: 'The ticket id.',
  desk: '<tenant>/<kind>/<id>; the topic is compacted.',
  people: '<tenant>/<person id>; the topic is compacted.',
};

/** The shape of an event's data as JSON Schema 2020-12. */
export const dataSchemaOf = ({ schema, type }: EventDefinition) => ({
  ...z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }),
  $id: `urn:tierline:schema:${type}`,
});

const nameOf = (type: string) => type.replaceAll('.', '_');

const messageOf = (definition: EventDefinition) => ({
  name: definition.type,
  title: definition.summary,
  contentType: 'application/json',
  headers,
  payload: { schemaFormat: 'application/schema+json;version=2020-12', schema: dataSchemaOf(definition) },
  examples: [{ payload: definition.example }],
});

const channelOf = (name: TopicName, prefix: string) => ({
  address: `${prefix}.${topics[name].name}`,
  description:
    `Key: ${keys[name]} Records that a service could not take are copied to ${prefix}.${topics[name].name}.dlt, unchanged, ` +
    'with who set them aside, why, and where they stood as tierline-parked-* headers.',
  messages: Object.fromEntries(
    [...events.values()]
      .filter(({ topic }) => topic === name)
      .map(({ type }) => [nameOf(type), { $ref: `#/components/messages/${nameOf(type)}` }]),
  ),
  bindings: { kafka: { topic: `${prefix}.${topics[name].name}`, partitions: topics[name].partitions } },
});

/** The AsyncAPI 3 document of everything Tierline publishes, under a topic prefix. */
export const asyncApi = (prefix = 'tierline') => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Tierline events',
    version: '1',
    description:
      'CloudEvents 1.0 on Kafka, binary mode. A ticket answered with 2xx is committed and will be published; ' +
      "subscribers see each ticket's events in order, at least once, with ids to de-duplicate by.",
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries((Object.keys(topics) as TopicName[]).map((name) => [name, channelOf(name, prefix)])),
  operations: Object.fromEntries(
    (Object.keys(topics) as TopicName[]).map((name) => [
      `receive-${name}`,
      { action: 'send', channel: { $ref: `#/channels/${name}` }, summary: `Tierline publishes to ${name}.` },
    ]),
  ),
  components: {
    messages: Object.fromEntries([...events.values()].map((event) => [nameOf(event.type), messageOf(event)])),
  },
});
