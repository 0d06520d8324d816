import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { appTable, findFreePort, nodeFlags, portNames, services, startProcess } from '@tierline/local';
import { openFaultProxy, type FaultProxy } from '../proxy/fault-proxy.ts';
import type { Chance } from './chance.ts';
import { pods as podNames, serviceOf, type Guard, type PodName, type Service } from './fault.ts';
import { variables, type Orders } from './orders.ts';
import { keepRunning, type Crash } from './keeping.ts';
import type { Parts } from './parts.ts';
import { send } from './requests.ts';
import type { RunFolder } from './run-folder.ts';

export const prefix = 'tierline';

const preload = join(import.meta.dirname, 'preload.js');
export const entryOf = (service: Service): string =>
  join(import.meta.dirname, '..', '..', '..', service, 'src', 'main.js');

/** Variables of the services that differ from those of a real installation, so that a run sees their effects. */
export const serviceVariables = {
  CLOSE_AFTER_DAYS: '0.00015',
  // Longer than most tickets wait in line where programs open as many as can be done, and less than the minute of an orphan.
  UNROUTED_AFTER_SECONDS: '40',
  WEBHOOK_RETRY_SECONDS: '0.5,0.5,1,2,3,3,5,5,5,5,5,5',
  WEBHOOK_TIMEOUT_SECONDS: '2',
  MAIL_RETRY_SECONDS: '1,2,5,10,30',
  MIGRATE_ON_START: 'false',
} as const;

/** One process of a service with its own ways to Kafka and PostgreSQL, kept running. */
export type Pod = {
  readonly name: PodName;
  readonly service: Service;
  readonly address: string;
  readonly kafka: FaultProxy;
  readonly postgres: FaultProxy;
  /** How often it was started. */
  lives(): number;
  isReady(): Promise<boolean>;
  /** Sends a signal; a death by it is not a crash. False when there is no process now. */
  signal(signal: NodeJS.Signals): boolean;
  /** Changes its orders; those not named stay. */
  order(orders: Partial<Orders>): void;
  orders(): Orders;
  /** Whether its next death is ordered. */
  expectDeath(ordered: boolean): void;
  /** Ends it; it starts again when the function that this gives is called. */
  halt(): Promise<() => void>;
  stop(): Promise<void>;
};

type Surroundings = {
  parts: Parts;
  folder: RunFolder;
  chance: Chance;
  without: Guard | null;
  onCrash: (crash: Crash) => void;
};

const through = (url: string, port: number): string => {
  const proxied = new URL(url);
  proxied.port = String(port);
  return proxied.href;
};

const addressOf = (url: string) => {
  const { hostname: host, port } = new URL(url.includes('://') ? url : `tcp://${url}`);
  return { host, port: Number(port) };
};

/** How a process gets to its parts: the ports of the proxies, or none to go straight. */
type Ways = { kafka: number; postgres: number } | null;

/** Addresses and variables of a service that listens on this port. */
export const environmentOf = (parts: Parts, service: Service, port: number, ways: Ways) => {
  const { database, ...urls } = parts.databases[service];
  const [ownerUrl, appUrl, workerUrl] = [urls.ownerUrl, urls.appUrl, urls.workerUrl].map((url) =>
    ways ? through(url, ways.postgres) : url,
  ) as [string, string, string];
  const own = { database, ownerUrl, appUrl, workerUrl };
  const app = appTable({
    ports: Object.fromEntries(portNames.map((name) => [name, port])) as Record<(typeof portNames)[number], number>,
    databases: Object.fromEntries(services.map((name) => [name, own])) as Parts['databases'],
    kafkaBrokers: ways ? `127.0.0.1:${ways.kafka}` : parts.brokers,
    topicPrefix: prefix,
    smtpUrl: parts.mail.url,
    mailFrom: 'Tierline <desk@tierline.local>',
    jwksUrl: parts.issuer.jwksUrl,
    logLevel: 'info',
  }).find(({ name }) => name === service)!;
  return {
    address: app.address,
    readyUrl: app.readyUrl,
    env: { ...app.env, ...serviceVariables, NODE_COMPILE_CACHE: parts.compiled },
  };
};

const answersReady = async (url: string): Promise<boolean> => {
  const answer = await send({ url, method: 'GET', headers: {}, patience: 2_000 });
  return typeof answer !== 'string' && answer.status === 200;
};

const openWays = (parts: Parts, chance: Chance): Promise<[FaultProxy, FaultProxy]> =>
  Promise.all([
    openFaultProxy({ to: addressOf(parts.brokers), protocol: 'kafka', chance: chance.fork('kafka') }),
    openFaultProxy({ to: addressOf(parts.postgresUrl), protocol: 'postgres', chance: chance.fork('postgres') }),
  ]);

const startPod = async (name: PodName, surroundings: Surroundings): Promise<Pod> => {
  const { parts, folder, without } = surroundings;
  const chance = surroundings.chance.fork(name);
  const service = serviceOf(name);
  const port = await findFreePort();
  const ways = await openWays(parts, chance);
  const { env, address, readyUrl } = environmentOf(parts, service, port, {
    kafka: ways[0].port,
    postgres: ways[1].port,
  });
  const ordersFile = folder.ordersOf(name);
  // Clocks of pods differ from the beginning.
  let orders: Orders = { clock: chance.between(-120_000, 120_000), trap: null };
  const writeOrders = () => {
    writeFileSync(`${ordersFile}.new`, JSON.stringify(orders));
    renameSync(`${ordersFile}.new`, ordersFile);
  };
  writeOrders();
  const { NODE_OPTIONS: _options, ...inherited } = process.env;
  const start = () =>
    startProcess({
      name,
      command: process.execPath,
      args: [...nodeFlags, '--import', preload, entryOf(service)],
      env: {
        ...inherited,
        ...env,
        [variables.orders]: ordersFile,
        ...(without ? { [variables.without]: without } : {}),
      },
      log: folder.logOf(name),
    });
  const kept = keepRunning(name, { ...surroundings, chance }, start);
  return {
    name,
    service,
    address,
    kafka: ways[0],
    postgres: ways[1],
    ...kept,
    isReady: () => answersReady(readyUrl),
    orders: () => orders,
    order: (changed) => {
      orders = { ...orders, ...changed };
      writeOrders();
    },
    stop: async () => {
      await kept.stop();
      await Promise.all(ways.map((way) => way.close()));
    },
  };
};

/** Waits until the process answers that it is ready. @throws Error after the patience, in milliseconds. */
export const untilReady = async (pod: Pod, patience = 60_000): Promise<void> => {
  const end = Date.now() + patience;
  while (!(await pod.isReady())) {
    if (Date.now() > end) throw new Error(`${pod.name} is not ready after ${patience / 1_000} s`);
    await sleep(200);
  }
};

/** Starts two processes of each service and resolves when all are ready. */
export const startPods = async (surroundings: Surroundings): Promise<readonly Pod[]> => {
  const started = await Promise.all(podNames.map((name) => startPod(name, surroundings)));
  try {
    await Promise.all(started.map((pod) => untilReady(pod, 120_000)));
    return started;
  } catch (error) {
    await Promise.all(started.map((pod) => pod.stop()));
    throw error;
  }
};
