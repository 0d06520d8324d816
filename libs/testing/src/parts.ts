import { randomBytes } from 'node:crypto';
import type { Role } from '@tierline/contracts';
import { createScratchDatabase, loadKey, signToken, type ScratchDatabase } from '@tierline/local';
import { createTopics, openEventLog, type EventLog, type KafkaClient } from '@tierline/messaging';

const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: integration specs run in the Jest projects that start the parts`);
  return value;
};

/** The real parts that the test run started: PostgreSQL, Kafka, mail, token issuer. */
export const testParts = () => ({
  postgresUrl: variable('TIERLINE_TEST_POSTGRES'),
  brokers: variable('TIERLINE_TEST_KAFKA'),
  jwksUrl: variable('TIERLINE_TEST_JWKS'),
  issuer: variable('TIERLINE_TEST_ISSUER'),
  keyFile: variable('TIERLINE_TEST_KEY'),
  smtpUrl: variable('TIERLINE_TEST_SMTP'),
  /** GreenMail's HTTP API: lists the mails that arrived. */
  mailApiUrl: variable('TIERLINE_TEST_MAIL_API'),
});

/** A name that no other test uses. */
export const freshName = (stem: string): string => `${stem.replaceAll('-', '_')}_${randomBytes(4).toString('hex')}`;

/** A database with its three roles, empty. */
export const scratchDatabase = (stem: string): Promise<ScratchDatabase> =>
  createScratchDatabase(testParts().postgresUrl, freshName(stem));

/** An event log on this client, on the test's Kafka or on what stands before it; with another patience, in milliseconds. */
export const testLog = (
  client: KafkaClient = 'kafkajs',
  brokers = testParts().brokers,
  patience?: number,
): Promise<EventLog> =>
  openEventLog(
    client,
    { brokers: brokers.split(','), clientId: 'test', ...(patience === undefined ? {} : { patience }) },
    () => undefined,
  );

/** A topic that no other test uses. */
export const scratchTopic = async (partitions: number, settings: Record<string, string> = {}): Promise<string> => {
  const name = freshName('topic');
  const log = await testLog();
  await log.createTopics([{ name, partitions, replicas: 1, settings }]);
  await log.close();
  return name;
};

/** Topics under a prefix that no other test uses, with few partitions. */
export const scratchTopics = async (stem: string): Promise<string> => {
  const prefix = freshName(stem);
  const log = await testLog();
  await createTopics(log, prefix, { replicas: 1, partitions: 4 });
  await log.close();
  return prefix;
};

/** Who a test acts as. */
export type TestPerson = {
  subject: string;
  roles: readonly Role[];
  tenant?: string;
  name?: string;
  email?: string;
  /** How long the token lasts: `2s`. */
  expiresIn?: string;
};

/** A bearer token of the test's issuer. */
export const tokenFor = async ({
  subject,
  roles,
  tenant = 'acme',
  name,
  email,
  expiresIn,
}: TestPerson): Promise<string> =>
  signToken(await loadKey(testParts().keyFile), {
    subject,
    roles,
    tenant,
    name: name ?? subject,
    email: email ?? `${subject}@acme.example`,
    ...(expiresIn === undefined ? {} : { expiresIn }),
  });
