import { request } from 'undici';
import type { ServiceName, Upstream } from '../config.ts';
import { readMetrics, type Sample } from './metrics-text.ts';

/** `ready`: answers and can work. `not-ready`: answers, but something it needs is missing. `down`: does not answer. */
export type ServiceState = 'ready' | 'not-ready' | 'down';

export type ServiceStatus = {
  readonly name: ServiceName;
  readonly state: ServiceState;
  /** What is missing, in words; null when it is ready. */
  readonly reason: string | null;
  /** Events not yet given to Kafka; null when the service does not tell. */
  readonly outboxRows: number | null;
  /** Records that wait for a repair. */
  readonly parkedMessages: number | null;
  /** Records not taken yet, over all topics. */
  readonly consumerLag: number | null;
};

export type TicketCount = { readonly tier: string; readonly state: string; readonly count: number };
export type DeliveryCount = { readonly channel: string; readonly state: string; readonly count: number };

/** The whole desk at one moment. A figure is null when the service that knows it does not tell. */
export type Status = {
  /** When it was computed, ISO 8601. */
  readonly at: string;
  /** True when every service is ready. */
  readonly ready: boolean;
  readonly services: readonly ServiceStatus[];
  readonly tickets: readonly TicketCount[] | null;
  /** Who told the tickets: tier-queues, or reporting in its place, which may be a little behind. */
  readonly ticketsFrom: ServiceName | null;
  /** Open tickets that nobody and nothing is going to move. */
  readonly orphans: number | null;
  readonly deliveries: readonly DeliveryCount[] | null;
  /** Sums over the services that tell; null when none does. */
  readonly outboxRows: number | null;
  readonly parkedMessages: number | null;
  readonly consumerLag: number | null;
};

type Metrics = ReadonlyMap<string, readonly Sample[]>;
type Reading = { readonly service: ServiceStatus; readonly metrics: Metrics | null };

const timeoutMilliseconds = 2_500;
/** The page is open to anybody: however many look, the services are asked this often. */
const freshMilliseconds = 1_000;

const get = async (url: string): Promise<{ status: number; text: string }> => {
  const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(timeoutMilliseconds) });
  return { status: statusCode, text: await body.text() };
};

type Ready = { checks?: Record<string, unknown> };

const missingIn = (text: string): string => {
  const { checks = {} } = JSON.parse(text) as Ready;
  const failing = Object.entries(checks).filter(([, state]) => state !== 'ok');
  return failing.map(([name, state]) => `${name}: ${String(state)}`).join('; ') || 'it says that it is not ready';
};

const readState = async (url: string): Promise<Pick<ServiceStatus, 'state' | 'reason'>> => {
  try {
    const { status, text } = await get(`${url}/health/ready`);
    return status === 200 ? { state: 'ready', reason: null } : { state: 'not-ready', reason: missingIn(text) };
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    const reason =
      name === 'TimeoutError' ? `no answer within ${timeoutMilliseconds / 1_000} s` : `no answer (${code ?? name})`;
    return { state: 'down', reason };
  }
};

const readFigures = async (url: string): Promise<Metrics | null> => {
  try {
    const { status, text } = await get(`${url}/metrics`);
    return status === 200 ? readMetrics(text) : null;
  } catch {
    // The state of the service says why.
    return null;
  }
};

const sumOf = (metrics: Metrics | null, name: string): number | null => {
  const samples = metrics?.get(`tierline_${name}`);
  if (!samples) return null;
  return samples.reduce((sum, { value }) => sum + value, 0);
};

const readService = async ({ name, url }: Upstream): Promise<Reading> => {
  const [state, metrics] = await Promise.all([readState(url), readFigures(url)]);
  const service = {
    name,
    ...state,
    outboxRows: sumOf(metrics, 'outbox_rows'),
    parkedMessages: sumOf(metrics, 'parked_messages'),
    consumerLag: sumOf(metrics, 'consumer_lag') ?? (metrics ? 0 : null),
  };
  return { service, metrics };
};

const countsOf = <L extends string>(metrics: Metrics | null, name: string, labels: readonly [L, L]) => {
  if (!metrics) return null;
  const samples = metrics.get(`tierline_${name}`) ?? [];
  return samples
    .filter(({ value }) => value > 0)
    .map(({ labels: given, value }) => ({
      ...(Object.fromEntries(labels.map((label) => [label, given[label] ?? ''])) as Record<L, string>),
      count: value,
    }));
};

const ticketsOf = (told: (name: ServiceName) => Metrics | null): Pick<Status, 'tickets' | 'ticketsFrom'> => {
  const live = countsOf(told('tier-queues'), 'tickets', ['tier', 'state']);
  if (live) return { tickets: live, ticketsFrom: 'tier-queues' };
  const reported = countsOf(told('reporting'), 'report_tickets', ['tier', 'state']);
  return reported ? { tickets: reported, ticketsFrom: 'reporting' } : { tickets: null, ticketsFrom: null };
};

/** Asks all services how they are, and puts it together. */
export const readStatus = async (upstreams: readonly Upstream[]): Promise<Status> => {
  const readings = await Promise.all(upstreams.map(readService));
  const services = readings.map(({ service }) => service);
  const told = (name: ServiceName) => readings.find(({ service }) => service.name === name)?.metrics ?? null;
  const total = (figure: (service: ServiceStatus) => number | null) => {
    const figures = services.map(figure).filter((value) => value !== null);
    return figures.length === 0 ? null : figures.reduce((sum, value) => sum + value, 0);
  };
  return {
    at: new Date().toISOString(),
    ready: services.every(({ state }) => state === 'ready'),
    services,
    ...ticketsOf(told),
    orphans: sumOf(told('tier-queues'), 'orphans'),
    deliveries: countsOf(told('notifications'), 'deliveries', ['channel', 'state']),
    outboxRows: total(({ outboxRows }) => outboxRows),
    parkedMessages: total(({ parkedMessages }) => parkedMessages),
    consumerLag: total(({ consumerLag }) => consumerLag),
  };
};

/** The status, computed at most once a second however many ask. */
export class StatusReader {
  readonly services: readonly ServiceName[];
  private latest: { readonly status: Promise<Status>; readonly since: number } | undefined;

  constructor(private readonly upstreams: readonly Upstream[]) {
    this.services = upstreams.map(({ name }) => name);
  }

  read(): Promise<Status> {
    const now = performance.now();
    if (!this.latest || now - this.latest.since > freshMilliseconds)
      this.latest = { status: readStatus(this.upstreams), since: now };
    return this.latest.status;
  }
}
