import { kafkaClients } from '@tierline/messaging';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

/** Variables that every service reads. */
export const serviceVariables = {
  HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  PORT: port.default(3000).describe('Port to listen on.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('Least level logged.'),
  AUTH_ISSUER: z.string().min(1).describe('Issuer whose tokens are accepted, exactly as in their `iss`.'),
  AUTH_AUDIENCE: z.string().min(1).default('tierline').describe('Audience that tokens must name.'),
  AUTH_JWKS_URL: z.url().describe('Where the public keys of the issuer are.'),
  AUTH_ALGORITHMS: z
    .string()
    .default('EdDSA,ES256,RS256,PS256')
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(['EdDSA', 'ES256', 'ES384', 'RS256', 'RS512', 'PS256'])))
    .describe('Signature algorithms accepted.'),
} as const;

/** Variables of a service that has a database and speaks over Kafka. */
export const messagingVariables = {
  DATABASE_URL: z.url().describe('Database, as the role of HTTP work (row-level security applies).'),
  DATABASE_WORKER_URL: z.url().describe('The same database, as the role of background work.'),
  DATABASE_OWNER_URL: z.url().optional().describe('The same database, as its owner; needed to migrate.'),
  MIGRATE_ON_START: z.stringbool().default(false).describe('Migrate before serving; otherwise run `main.js migrate`.'),
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(','))
    .describe('Kafka, as host:port, comma-separated.'),
  KAFKA_CLIENT: z.enum(kafkaClients).default(kafkaClients[0]).describe('The client that speaks to Kafka.'),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]+$/)
    .default('tierline')
    .describe('Stands before every topic name.'),
  GROUP_PREFIX: z.string().default('tierline').describe('Stands before the consumer group name.'),
} as const;

export const baseConfig = z.object({ ...serviceVariables, ...messagingVariables });
export type BaseConfig = z.infer<typeof baseConfig>;

export const doorConfig = z.object(serviceVariables);
export type DoorConfig = z.infer<typeof doorConfig>;

/** Variables are wrong or missing; the message names each and never a value. */
export class WrongConfiguration extends Error {
  override readonly name = 'WrongConfiguration';
}

/** Reads the variables of this shape. Throws `WrongConfiguration`, which names every variable that is wrong. */
export const readConfig = <S extends z.ZodType>(shape: S, environment: NodeJS.ProcessEnv): z.output<S> => {
  const read = shape.safeParse(environment);
  if (read.success) return read.data;
  const lines = read.error.issues.map(({ path, message, code }) => {
    const name = path.join('.');
    const missing = code === 'invalid_type' && environment[name] === undefined;
    return `${name}: ${missing ? 'is missing' : message}`;
  });
  throw new WrongConfiguration(`Configuration is not usable.\n${lines.join('\n')}`);
};
