import { topics } from '@tierline/contracts';
import type { EventLog, Partition, ProcessorEvents, RelayEvents } from '@tierline/messaging';
import type { Database } from '@tierline/persistence';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** How long one gauge may take to be read, in milliseconds. */
const patience = 1_000;

/** The value, or null when it cannot be had in time. */
const withinPatience = <T>(reading: Promise<T>): Promise<T | null> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), patience);
    reading.then(resolve, () => resolve(null)).finally(() => clearTimeout(timer));
  });

/** The figures of one process, for Prometheus. */
export class Figures {
  readonly registry = new Registry();
  private readonly requests = this.histogram('http_request_seconds', 'Time to answer.', ['method', 'route', 'status']);
  private readonly sent = this.counter('relay_events_total', 'Events given to Kafka.');
  private readonly relayFailures = this.counter('relay_failures_total', 'Failed rounds of the relay.');
  private readonly held = this.counter('relay_held_total', 'Keys held back since Kafka refused an event.', [
    'topic',
    'code',
  ]);
  private readonly relayDelay = this.histogram('relay_delay_seconds', 'Age of the oldest event of each batch.');
  private readonly taken = this.counter('consumer_records_total', 'Records taken from Kafka.', ['topic']);
  private readonly retries = this.counter('consumer_retries_total', 'Chunks put off by a transient failure.', [
    'topic',
  ]);
  private readonly unread = this.counter('gauges_unread_total', 'Gauges that could not be read when asked.', ['gauge']);
  private readonly parkings = this.counter('consumer_parked_total', 'Records parked.', ['topic']);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status: String(status) }, seconds);
  }

  /** What the relay tells: counted, failures logged. */
  relay(log: Logger): RelayEvents {
    return {
      onSent: (rows, oldestMilliseconds) => {
        this.sent.inc(rows);
        this.relayDelay.observe(Math.max(0, oldestMilliseconds) / 1_000);
        log.debug({ rows }, 'events sent');
      },
      onFailure: (error, attempt) => {
        this.relayFailures.inc();
        log.warn({ err: error, attempt }, 'the relay could not send; it tries again');
      },
      onHeld: ({ row, code, reason }) => {
        this.held.inc({ topic: row.topic, code });
        log.error({ topic: row.topic, key: row.aggregate_id, seq: row.seq, code, reason }, 'key held back');
      },
    };
  }

  /** What the consumer tells: counted, parkings and retries logged. */
  consumer(log: Logger): ProcessorEvents {
    return {
      onDone: ({ topic, partition }, { position, records, fresh }) => {
        this.taken.inc({ topic }, records);
        if (fresh.length === 0) return;
        // One line a chunk: enough to follow a ticket through the services by its correlation id.
        const correlationIds = [...new Set(fresh.map(({ correlationId }) => correlationId))];
        log.info(
          {
            topic,
            partition,
            position: String(position),
            events: fresh.length,
            correlationIds: correlationIds.slice(0, 50),
          },
          'events taken',
        );
      },
      onParked: ({ topic, partition }, { record, key, reason }) => {
        this.parkings.inc({ topic });
        log.error({ topic, partition, offset: String(record.offset), key, reason }, 'record parked');
      },
      onRetry: ({ topic, partition }, error, attempt) => {
        this.retries.inc({ topic });
        log.warn({ err: error, topic, partition, attempt }, 'chunk put off; it comes again');
      },
    };
  }

  /** Records that wait for this service; 0 before `watch`. */
  lag: () => Promise<number> = () => Promise.resolve(0);

  /** Gauges read from the database (and Kafka) when somebody asks. */
  watch(database: Database, log: EventLog, group: string, prefix: string): void {
    this.gauge('outbox_rows', 'Events that Kafka has not acknowledged yet.', [], async () => [
      { value: await count(database, 'SELECT count(*) AS n FROM outbox') },
    ]);
    this.gauge('parked_messages', 'Records that wait for a repair.', [], async () => [
      { value: await count(database, 'SELECT count(*) AS n FROM parked_message') },
    ]);
    this.gauge(
      'unsent_events',
      'Events held back since Kafka refused them or an earlier one of their key.',
      [],
      async () => [{ value: await count(database, 'SELECT count(*) AS n FROM unsent_event') }],
    );
    this.gauge(
      'dead_letters',
      'Copies of parked records that wait to be published, or never can be.',
      ['state'],
      async () => [
        {
          labels: { state: 'waiting' },
          value: await count(database, 'SELECT count(*) AS n FROM dead_letter WHERE refused IS NULL'),
        },
        {
          labels: { state: 'refused' },
          value: await count(database, 'SELECT count(*) AS n FROM dead_letter WHERE refused IS NOT NULL'),
        },
      ],
    );
    this.lag = async () => (await lags(database, log, group, prefix)).reduce((sum, { value }) => sum + value, 0);
    this.gauge('consumer_lag', 'Records of a topic that are not taken yet.', ['topic'], () =>
      lags(database, log, group, prefix),
    );
  }

  /** A gauge whose values are computed when they are read. */
  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: () => Promise<{ labels?: Record<L, string>; value: number }[]>,
  ): void {
    const gauge: Gauge<L> = new Gauge({
      name: `tierline_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect: async () => {
        const values = await withinPatience(read());
        gauge.reset();
        // What cannot be read now is left out: a number would be a lie, and the other figures are still wanted.
        if (values === null) {
          // A gauge without labels is 0 after its reset.
          if (labelNames.length === 0) gauge.remove();
          this.unread.inc({ gauge: name });
          return;
        }
        for (const { labels, value } of values) gauge.set((labels ?? {}) as Record<L, string>, value);
      },
    });
  }

  private counter(name: string, help: string, labelNames: string[] = []) {
    return new Counter({ name: `tierline_${name}`, help, labelNames, registers: [this.registry] });
  }

  private histogram(name: string, help: string, labelNames: string[] = []) {
    return new Histogram({
      name: `tierline_${name}`,
      help,
      labelNames,
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers: [this.registry],
    });
  }
}

const count = async (database: Database, sql: string) => Number((await database.query<{ n: string }>(sql))[0]?.n ?? 0);

const lags = async (database: Database, log: EventLog, group: string, prefix: string) => {
  const rows = await database.query<Partition & { next_offset: string }>(
    'SELECT topic, partition, next_offset FROM consumer_position WHERE consumer_group = $1',
    [group],
  );
  const positions = new Map(rows.map((row) => [`${row.topic}/${row.partition}`, BigInt(row.next_offset)]));
  const read = new Set(rows.map(({ topic }) => topic));
  const names = Object.values(topics)
    .map(({ name }) => `${prefix}.${name}`)
    .filter((name) => read.has(name));
  return Promise.all(
    names.map(async (topic) => {
      const offsets = await log.offsets(topic);
      const lag = offsets.reduce(
        (sum, { partition, low, high }) => sum + (high - (positions.get(`${topic}/${partition}`) ?? low)),
        0n,
      );
      return { labels: { topic }, value: Number(lag) };
    }),
  );
};
