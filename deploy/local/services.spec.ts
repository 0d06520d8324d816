import type { DatabaseUrls, Service } from './parts/databases.ts';
import { services } from './parts/databases.ts';
import type { Ports } from './ports.ts';
import { portNames } from './ports.ts';
import { appTable } from './services.ts';

const ports = Object.fromEntries(portNames.map((name, index) => [name, 20_000 + index])) as Ports;
const databases = Object.fromEntries(
  services.map((name) => [
    name,
    { database: name, ownerUrl: `${name}-o`, appUrl: `${name}-a`, workerUrl: `${name}-w` },
  ]),
) as Record<Service, DatabaseUrls>;
const surroundings = {
  ports,
  databases,
  kafkaBrokers: '127.0.0.1:9092',
  topicPrefix: 'tierline',
  smtpUrl: 'smtp://127.0.0.1:25',
  mailFrom: 'desk@tierline.local',
  jwksUrl: 'http://127.0.0.1:1/.well-known/jwks.json',
  logLevel: 'info',
};
const apps = appTable(surroundings);
const envOf = (name: string) => apps.find((app) => app.name === name)?.env ?? {};

describe('the table of processes', () => {
  it('holds the five services and the gateway', () => {
    expect(apps.map(({ name }) => name)).toEqual([...services, 'gateway']);
  });

  it.each(services)('gives %s its own database by three roles, Kafka, and whom to trust', (name) => {
    expect(envOf(name)).toMatchObject({
      HOST: '127.0.0.1',
      PORT: String(ports[name]),
      DATABASE_URL: `${name}-a`,
      DATABASE_WORKER_URL: `${name}-w`,
      DATABASE_OWNER_URL: `${name}-o`,
      MIGRATE_ON_START: 'true',
      KAFKA_BROKERS: '127.0.0.1:9092',
      TOPIC_PREFIX: 'tierline',
      AUTH_ISSUER: 'https://issuer.tierline.local',
      AUTH_AUDIENCE: 'tierline',
    });
  });

  it('tells the mail server to notifications alone', () => {
    expect(apps.filter(({ env }) => 'SMTP_URL' in env).map(({ name }) => name)).toEqual(['notifications']);
  });

  it('links mails to the gateway unless the desk has another address', () => {
    expect(envOf('notifications').DESK_URL).toBe(`http://127.0.0.1:${ports.gateway}`);
    expect(appTable({ ...surroundings, deskUrl: 'https://desk.example.com' })[3]!.env.DESK_URL).toBe(
      'https://desk.example.com',
    );
  });

  it('gives the gateway every service and no database', () => {
    expect(envOf('gateway')).toMatchObject({ TIER_QUEUES_URL: `http://127.0.0.1:${ports['tier-queues']}` });
    expect(Object.keys(envOf('gateway')).filter((name) => name.startsWith('DATABASE'))).toEqual([]);
  });
});
