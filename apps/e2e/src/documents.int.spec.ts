import { eventually, startUnderTest, testParts, type ServiceUnderTest } from '@tierline/testing';
import { intake } from '../../intake/src/app.module.ts';
import { notifications } from '../../notifications/src/app.module.ts';
import { reporting } from '../../reporting/src/app.module.ts';
import { routing } from '../../routing/src/app.module.ts';
import { tierQueues } from '../../tier-queues/src/app.module.ts';

type Schema = { example?: unknown; examples?: unknown[]; properties?: object; required?: string[] };
type Content = Record<string, { example?: object }>;
type Operation = {
  summary?: string;
  tags?: string[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Content }>;
  parameters?: { name: string; in: string }[];
  'x-refusals'?: string[];
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties: Record<string, { description?: string }> }> };
};

const mail = () => ({ SMTP_URL: testParts().smtpUrl, MAIL_FROM: 'Desk <desk@acme.example>' });
const services: { name: string; start: () => Promise<ServiceUnderTest> }[] = [
  { name: 'intake', start: () => startUnderTest(intake) },
  { name: 'routing', start: () => startUnderTest(routing) },
  { name: 'tier-queues', start: () => startUnderTest(tierQueues) },
  { name: 'notifications', start: () => startUnderTest(notifications, mail()) },
  { name: 'reporting', start: () => startUnderTest(reporting) },
];

/** Told in words: what it sends has no end. */
const streams: readonly string[] = ['/stream'];

/** An example of what comes back; of a command on a ticket, with the sequence that the ticket has then. */
const gapsOfAnswer = (method: string, path: string, { responses }: Operation): string[] => {
  if (streams.includes(path)) return [];
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  const example = success?.content?.['application/json']?.example;
  if (example === undefined) return ['no example of its answer'];
  const isCommand = method === 'post' && path.startsWith('/tickets/{id}/');
  return isCommand && !Object.hasOwn(example, 'sequence') ? ['no sequence in its answer'] : [];
};

/** What the document leaves out of a route. */
const gapsOf = ({
  summary,
  requestBody,
  responses,
  parameters = [],
  'x-refusals': codes = [],
}: Operation): string[] => {
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const ids = parameters.filter(({ in: place }) => place === 'path');
  return [
    ...(summary ? [] : ['no summary']),
    ...(requestBody && !body ? ['no shape of its body'] : []),
    ...(body && body.example === undefined && body.examples === undefined ? ['no example of its body'] : []),
    ...(responses.default?.content?.['application/problem+json'] ? [] : ['no refusals']),
    ...(codes.includes('token_missing') ? [] : ['no codes of the door']),
    ...((requestBody || ids.length > 0) && !codes.includes('input_invalid') ? ['no code of wrong input'] : []),
  ];
};

it.each(services)(
  '$name documents every route: what it does, examples of its body and its answer, and how it refuses',
  async ({ start }) => {
    const running = await start();
    try {
      await eventually(async () => expect((await running.request('GET', '/health/ready')).status).toBe(200));
      const { body } = await running.request('GET', '/openapi.json');
      const { paths, components } = body as Document;
      const gaps = Object.entries(paths).flatMap(([path, operations]) =>
        Object.entries(operations).flatMap(([method, operation]) =>
          [...gapsOf(operation), ...gapsOfAnswer(method, path, operation)].map(
            (gap) => `${method.toUpperCase()} ${path}: ${gap}`,
          ),
        ),
      );
      expect(gaps).toEqual([]);
      const { fields, missing, conflict } = components.schemas.Problem!.properties;
      for (const extra of [fields, missing, conflict]) expect(extra).toHaveProperty('description');
    } finally {
      await running.stop();
    }
  },
);
