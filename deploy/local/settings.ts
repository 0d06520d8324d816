import { join } from 'node:path';

export const projectRoot = join(import.meta.dirname, '..', '..');

const text = (name: string): string | undefined => process.env[name]?.trim() || undefined;

/** Every variable that the two commands read; the README lists them. */
export const settings = () => ({
  port: text('TIERLINE_PORT'),
  state: text('TIERLINE_STATE'),
  postgresUrl: text('TIERLINE_POSTGRES_URL'),
  databasePrefix: text('TIERLINE_DATABASE_PREFIX') ?? 'tierline',
  kafkaBrokers: text('TIERLINE_KAFKA_BROKERS'),
  kafkaHeap: text('TIERLINE_KAFKA_HEAP') ?? '512m',
  topicPrefix: text('TIERLINE_TOPIC_PREFIX') ?? 'tierline',
  smtpUrl: text('TIERLINE_SMTP_URL'),
  mailFrom: text('TIERLINE_MAIL_FROM') ?? 'Tierline <desk@tierline.local>',
  deskUrl: text('TIERLINE_DESK_URL'),
  logLevel: text('TIERLINE_LOG_LEVEL') ?? 'info',
  isCi: text('CI') !== undefined && text('CI') !== 'false',
});
