import type { BaseConfig, RunningService, ServiceDescription } from '@tierline/service';
import { readConfig, runService } from '@tierline/service';
import { Database } from '@tierline/persistence';
import { scratchDatabase, scratchTopics, testParts, tokenFor, type TestPerson } from './parts.ts';

/** What a test sends. */
export type TestRequest = { as?: TestPerson; body?: unknown; headers?: Record<string, string> };
export type TestAnswer = { status: number; body: never; headers: Headers };

/** A service that runs in the test's process, on a database and topics of its own. */
export type ServiceUnderTest = {
  url: string;
  prefix: string;
  database: Database;
  request(method: string, path: string, request?: TestRequest): Promise<TestAnswer>;
  /** Starts another pod of it, on the same database and topics. It ends with the first at the latest. */
  another(): Promise<{ url: string; stop(): Promise<void> }>;
  /** Stops it and starts it again on the same database and topics. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const bodyOf = (text: string, type: string | null): unknown =>
  text !== '' && type?.includes('json') ? JSON.parse(text) : text;

/** Starts a service as `npm start` does: migrations, HTTP, relay, consumer. `variables` go over the defaults. */
export const startUnderTest = async <C extends BaseConfig>(
  service: ServiceDescription<C>,
  variables: Record<string, string> = {},
): Promise<ServiceUnderTest> => {
  const { brokers, jwksUrl, issuer } = testParts();
  const urls = await scratchDatabase(service.name);
  const prefix = variables.TOPIC_PREFIX ?? (await scratchTopics(service.name));
  const config = readConfig(service.config, {
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'fatal',
    DATABASE_URL: urls.appUrl,
    DATABASE_WORKER_URL: urls.workerUrl,
    DATABASE_OWNER_URL: urls.ownerUrl,
    MIGRATE_ON_START: 'true',
    KAFKA_BROKERS: brokers,
    TOPIC_PREFIX: prefix,
    GROUP_PREFIX: prefix,
    AUTH_ISSUER: issuer,
    AUTH_JWKS_URL: jwksUrl,
    ...variables,
  });
  const onFatal = (error: Error) => {
    throw error;
  };
  let running: RunningService = await runService(service, config, onFatal);
  const others = new Set<RunningService>();
  const database = await Database.open('test', { app: urls.appUrl, worker: urls.workerUrl }, { app: 2, worker: 2 });
  return {
    get url() {
      return `http://127.0.0.1:${running.port}`;
    },
    prefix,
    database,
    async request(method, path, { as, body, headers = {} } = {}) {
      const response = await fetch(`http://127.0.0.1:${running.port}${path}`, {
        method,
        headers: {
          ...(as ? { authorization: `Bearer ${await tokenFor(as)}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: bodyOf(text, response.headers.get('content-type')) as never,
      };
    },
    async another() {
      const pod = await runService(service, config, onFatal);
      others.add(pod);
      const stop = async () => {
        if (others.delete(pod)) await pod.stop();
      };
      return { url: `http://127.0.0.1:${pod.port}`, stop };
    },
    async restart() {
      await running.stop();
      running = await runService(service, config, onFatal);
    },
    async stop() {
      await Promise.all([running, ...others].map((pod) => pod.stop()));
      await database.close();
      await urls.drop();
    },
  };
};
