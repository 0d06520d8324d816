import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  Commands,
  DeadLetters,
  EventStrategy,
  Parked,
  Relay,
  Unsent,
  deadLettersOf,
  openEventLog,
  outboxOf,
  patiently,
  type ProcessorEvents,
} from '@tierline/messaging';
import { Database, migrate, type Migration } from '@tierline/persistence';
import type { Logger } from 'pino';
import { readConfig, type BaseConfig, WrongConfiguration } from './config.ts';
import { Figures } from './figures.ts';
import { createHttpApp, serveOpenApi } from './http-app.ts';
import { createLog } from './logs.ts';
import { Health, OperationsController } from './operations.ts';
import { ParkedController } from './parked.controller.ts';
import { ProgressWatch } from './progress.ts';
import { serveUntilSignal, type Stoppable } from './process.ts';
import type { z } from 'zod';

/** What a service is made of. */
export type ServiceDescription<C extends BaseConfig> = {
  /** Its name: source of its events, consumer group, topic of its logs. */
  name: string;
  config: z.ZodType<C>;
  migrations: readonly Migration[];
  /** Its own controllers and providers; `Database`, `Commands`, `Relay`, `Figures` and `Health` can be injected. */
  module: (config: C) => Omit<DynamicModule, 'module'>;
  /**
   * How it listens to events (methods of controllers marked with `@On`): where a ticket waits for it, `at-once`; where
   * nobody does, `gathering`: up to a quarter of a second later, at a fraction of the cost.
   */
  listens: 'at-once' | 'gathering';
};

/** A service that runs; `stop` ends it in order. */
export type RunningService = { port: number; stop(): Promise<void> };

class ServiceModule {}

/** What the consumer tells, told on: every move is progress, and a chunk's own events go out at once. */
const alsoTelling = (told: ProcessorEvents, watch: ProgressWatch, relay: Relay): ProcessorEvents => ({
  onDone: (...done) => {
    watch.active();
    relay.nudge();
    told.onDone(...done);
  },
  onParked: (...parked) => told.onParked(...parked),
  onRetry: (...retry) => {
    watch.active();
    told.onRetry(...retry);
  },
});

const openDatabase = (name: string, config: BaseConfig, log: Logger): Promise<Database> =>
  patiently(
    () => Database.open(name, { app: config.DATABASE_URL, worker: config.DATABASE_WORKER_URL }),
    (err, attempt) => log.warn({ err, attempt }, 'the database does not answer; trying again'),
  );

const migrateService = async <C extends BaseConfig>(service: ServiceDescription<C>, config: C): Promise<void> => {
  if (!config.DATABASE_OWNER_URL)
    throw new WrongConfiguration('Configuration is not usable.\nDATABASE_OWNER_URL: is missing; migrations need it');
  const addresses = { app: config.DATABASE_URL, worker: config.DATABASE_WORKER_URL };
  await migrate(config.DATABASE_OWNER_URL, addresses, service.migrations);
};

const providers = (values: readonly object[]): Pick<DynamicModule, 'providers' | 'exports'> => {
  const list = values.map((value) => ({ provide: value.constructor as Type, useValue: value }));
  return { providers: list, exports: list.map(({ provide }) => provide) };
};

/** Runs a service with this configuration; the caller ends it. Used by `startService` and by tests. */
export const runService = async <C extends BaseConfig>(
  service: ServiceDescription<C>,
  config: C,
  onFatal: (error: Error) => void,
): Promise<RunningService> => {
  const { name } = service;
  const log = createLog(name, config.LOG_LEVEL);
  if (config.MIGRATE_ON_START) await migrateService(service, config);
  const database = await openDatabase(name, config, log);
  const figures = new Figures();
  const health = new Health();
  health.watch({ name: 'database', passes: () => database.ping() });
  const eventLog = await openEventLog(
    config.KAFKA_CLIENT,
    { brokers: config.KAFKA_BROKERS, clientId: name },
    (level, message, details) => log[level === 'info' ? 'debug' : level](details, `kafka: ${message}`),
  );
  const prefix = config.TOPIC_PREFIX;
  const relay = new Relay({ outbox: outboxOf(database), log: eventLog, prefix, events: figures.relay(log) });
  const deadLetters = new DeadLetters(deadLettersOf(database), eventLog, (error) =>
    log.warn({ err: error }, 'dead letters could not be published; they are tried again'),
  );
  const group = `${config.GROUP_PREFIX}.${name}`;
  figures.watch(database, eventLog, group, prefix);
  const commands = new Commands(database, relay);
  const own = service.module(config);
  const watch = new ProgressWatch(
    () => figures.lag(),
    onFatal,
    (error) => log.warn({ err: error }, 'the lag cannot be read now'),
  );
  health.watch({ name: 'consumer', passes: () => watch.check() });
  const strategy = new EventStrategy({
    database,
    log: eventLog,
    group,
    prefix,
    gathering: service.listens === 'gathering',
    onFatal,
    events: alsoTelling(figures.consumer(log), watch, relay),
  });
  const parked = new Parked(database, group, strategy);
  const app = await createHttpApp({
    name,
    config,
    log,
    figures,
    module: {
      module: ServiceModule,
      imports: [
        {
          module: class Ground {},
          global: true,
          ...providers([database, commands, relay, figures, health, new Unsent(database, prefix), parked]),
        },
        {
          module: class Operations {},
          controllers: [OperationsController, ParkedController],
        },
        { module: class Own {}, ...own },
      ],
    },
  });
  app.connectMicroservice({ strategy }, { inheritAppConfig: false });
  serveOpenApi(app, name);
  await app.listen({ port: config.PORT, host: config.HOST });
  relay.start();
  deadLetters.start();
  // Not awaited: without Kafka a service still serves, and intake still takes tickets.
  const listening = app.startAllMicroservices();
  listening.catch((error: Error) => onFatal(error));
  log.info({ port: portOf(app) }, 'serving');
  const stop = async () => {
    health.leave();
    watch.stop();
    log.info('stopping');
    await app.close();
    await relay.stop();
    await deadLetters.stop();
    await eventLog.close();
    await database.close();
    log.info('stopped');
  };
  return { port: portOf(app), stop };
};

const portOf = (app: NestFastifyApplication): number => {
  const address = app.getHttpServer().address();
  return typeof address === 'object' && address ? address.port : 0;
};

/**
 * Starts a service from the environment and runs it until SIGTERM or SIGINT.
 * `main.js migrate` migrates its database and ends. A wrong variable ends it with a sentence that names it.
 */
export const startService = <C extends BaseConfig>(service: ServiceDescription<C>): Promise<void> =>
  serveUntilSignal(service.name, async (onFatal): Promise<Stoppable | undefined> => {
    const config = readConfig(service.config, process.env);
    if (process.argv[2] === 'migrate') {
      await migrateService(service, config);
      return undefined;
    }
    return runService(service, config, onFatal);
  });
