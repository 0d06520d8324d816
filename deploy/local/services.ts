import { join } from 'node:path';
import type { DatabaseUrls, Service } from './parts/databases.ts';
import { services } from './parts/databases.ts';
import { audience, issuerName } from './parts/issuer.ts';
import type { Ports } from './ports.ts';
import { projectRoot } from './settings.ts';

export type AppName = Service | 'gateway';

/** One process of Tierline: how to run it, and where it says that it is ready. */
export type App = { name: AppName; entry: string; address: string; readyUrl: string; env: Record<string, string> };

/**
 * How each process runs: in a heap that keeps it below 400 MB, since V8 else lets one of a busy consumer grow to twice
 * that. In so small a heap V8 would mark all of it whenever it has grown by a third, every few seconds at work, and each
 * time takes a processor for a tenth of a second: it may more than double first.
 */
export const nodeFlags = [
  '--enable-source-maps',
  '--max-old-space-size=224',
  '--max-semi-space-size=16',
  '--heap-growing-percent=120',
] as const;

export type Surroundings = {
  ports: Ports;
  databases: Record<Service, DatabaseUrls>;
  kafkaBrokers: string;
  topicPrefix: string;
  smtpUrl: string;
  mailFrom: string;
  /** Where people open the desk in a browser; by default the gateway. */
  deskUrl?: string | undefined;
  jwksUrl: string;
  logLevel: string;
};

export const addressOf = (ports: Ports, name: AppName): string => `http://127.0.0.1:${ports[name]}`;

const forAll = (name: AppName, { ports, kafkaBrokers, topicPrefix, jwksUrl, logLevel }: Surroundings) => ({
  HOST: '127.0.0.1',
  PORT: String(ports[name]),
  KAFKA_BROKERS: kafkaBrokers,
  TOPIC_PREFIX: topicPrefix,
  AUTH_ISSUER: issuerName,
  AUTH_AUDIENCE: audience,
  AUTH_JWKS_URL: jwksUrl,
  LOG_LEVEL: logLevel,
});

const forService = (name: Service, { ports, databases, smtpUrl, mailFrom, deskUrl }: Surroundings) => ({
  DATABASE_URL: databases[name].appUrl,
  DATABASE_WORKER_URL: databases[name].workerUrl,
  DATABASE_OWNER_URL: databases[name].ownerUrl,
  MIGRATE_ON_START: 'true',
  ...(name === 'notifications'
    ? {
        SMTP_URL: smtpUrl,
        MAIL_FROM: mailFrom,
        DESK_URL: deskUrl ?? addressOf(ports, 'gateway'),
        WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      }
    : {}),
});

const variableOf = (service: Service): string => `${service.replaceAll('-', '_').toUpperCase()}_URL`;

const forGateway = ({ ports }: Surroundings): Record<string, string> =>
  Object.fromEntries(services.map((service) => [variableOf(service), addressOf(ports, service)]));

/** All processes of Tierline with the variables each of them gets. */
export const appTable = (surroundings: Surroundings): App[] =>
  ([...services, 'gateway'] as const).map((name) => {
    const address = addressOf(surroundings.ports, name);
    return {
      name,
      entry: join(projectRoot, 'dist', 'apps', name, 'src', 'main.js'),
      address,
      readyUrl: `${address}/health/ready`,
      env: {
        ...forAll(name, surroundings),
        ...(name === 'gateway' ? forGateway(surroundings) : forService(name, surroundings)),
      },
    };
  });
