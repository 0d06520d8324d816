import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Role } from '@tierline/contracts';
import {
  appTable,
  createScratchDatabase,
  findFreePort,
  loadKey,
  portNames,
  services,
  signToken,
  type App,
  type AppName,
  type Ports,
  type ScratchDatabase,
  type Service,
} from '@tierline/local';
import { Database } from '@tierline/persistence';
import { openLog, type Parts } from './parts.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';

/** Tierline's own processes on fresh databases and topics. */
export type System = {
  prefix: string;
  app(name: AppName): App;
  /** Opens a service's database, for looking into it. */
  open(name: Service): Promise<Database>;
  urls: Record<Service, ScratchDatabase>;
  start(name: AppName, flags?: readonly string[]): Promise<ServiceProcess>;
  token(subject: string, tenant: string, roles: readonly Role[]): Promise<string>;
  /** Stops what was started, and drops the databases. */
  stop(): Promise<void>;
};

const freePorts = async (): Promise<Ports> => {
  const ports: [string, number][] = [];
  for (const name of portNames) ports.push([name, await findFreePort()]);
  return Object.fromEntries(ports) as Ports;
};

const databases = async ({ postgresUrl }: Parts, stem: string) => {
  const made: [Service, ScratchDatabase][] = [];
  for (const name of services)
    made.push([name, await createScratchDatabase(postgresUrl, `${stem}_${name.replaceAll('-', '_')}`)]);
  return Object.fromEntries(made) as Record<Service, ScratchDatabase>;
};

/** Makes databases and topics; nothing runs until it is started. */
export const prepareSystem = async (parts: Parts, variables: Record<string, string> = {}): Promise<System> => {
  const stem = `bench_${randomBytes(3).toString('hex')}`;
  const urls = await databases(parts, stem);
  await (await openLog(parts, stem)).close();
  const apps = appTable({
    ports: await freePorts(),
    databases: urls,
    kafkaBrokers: parts.brokers,
    topicPrefix: stem,
    smtpUrl: parts.smtpUrl,
    mailFrom: 'desk@tierline.local',
    jwksUrl: parts.jwksUrl,
    logLevel: 'info',
  }).map((app) => ({
    ...app,
    // Beside this program, since what is built is what is measured.
    entry: join(import.meta.dirname, '..', '..', app.name, 'src', 'main.js'),
    env: { ...app.env, GROUP_PREFIX: stem, ...variables },
  }));
  const app = (name: AppName) => apps.find((each) => each.name === name)!;
  const running: ServiceProcess[] = [];
  const opened: Database[] = [];
  const key = await loadKey(parts.keyFile);
  return {
    prefix: stem,
    urls,
    app,
    async open(name) {
      const { appUrl, workerUrl } = urls[name];
      const database = await Database.open('bench', { app: appUrl, worker: workerUrl }, { app: 1, worker: 2 });
      opened.push(database);
      return database;
    },
    async start(name, flags) {
      const service = await startServiceProcess(app(name), flags);
      running.push(service);
      return service;
    },
    token: (subject, tenant, roles) =>
      signToken(key, { subject, tenant, roles, name: subject, email: `${subject}@bench.example` }),
    async stop() {
      await Promise.all(running.map((service) => service.stop()));
      await Promise.all(opened.map((database) => database.close()));
      for (const name of services) await urls[name].drop();
    },
  };
};
