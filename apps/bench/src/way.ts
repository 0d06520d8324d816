import { PersonChanged, TicketOpened, TicketQueued, topics } from '@tierline/contracts';
import { append, type EventLog } from '@tierline/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { batches, origin } from './bench-ticket.ts';
import { setUpDesk, tenant, ticketBody, openPattern } from './desk.ts';
import { percentile, type Figure } from './figure.ts';
import { runLoad } from './load/run-load.ts';
import { openLog, type Parts } from './parts.ts';
import { usageOf, type ServiceProcess } from './service-process.ts';
import type { Sizes } from './sizes.ts';
import { prepareSystem, type System } from './system.ts';

/** Notes when each ticket's arrival in a queue could be read from the topic: milliseconds since the epoch. */
const watchQueued = async (log: EventLog, prefix: string) => {
  const queued = new Map<string, number>();
  const consumer = await log.consume({
    group: `bench-${uuidv7()}`,
    topics: [`${prefix}.${topics.tickets.name}`],
    onAssigned: async (partitions) => partitions.map(() => null),
    onChunk: async ({ records }) => {
      const now = performance.timeOrigin + performance.now();
      for (const { headers } of records)
        if (headers.ce_type === TicketQueued.type) queued.set(headers.ce_subject!, now);
      return { kind: 'done', next: records.at(-1)!.offset + 1n };
    },
    onFatal: (error) => {
      throw error;
    },
  });
  return { queued, stop: () => consumer.stop() };
};

type Watch = Awaited<ReturnType<typeof watchQueued>>;

const untilCount = async ({ queued }: Watch, wanted: number, patience: number) => {
  const end = performance.now() + patience;
  while (queued.size < wanted && performance.now() < end) await sleep(20);
  if (queued.size < wanted) throw new Error(`of ${wanted} tickets only ${queued.size} came into a queue`);
};

type Pace = { readonly rate: number; readonly warmUp: number; readonly seconds: number };

const atRate = async (
  system: System,
  watch: Watch,
  url: string,
  { rate, warmUp, seconds }: Pace,
): Promise<Figure[]> => {
  const tokens = await Promise.all(
    Array.from({ length: 50 }, (_, index) => system.token(`person-${index}`, tenant, ['requester'])),
  );
  const body = JSON.stringify(ticketBody);
  const load = await runLoad({
    url: `${url}/tickets`,
    tokens,
    body,
    connections: 64,
    warmUp,
    seconds,
    rate,
    ids: true,
  });
  if (Object.keys(load.refused).length > 0) throw new Error(`intake refused tickets: ${JSON.stringify(load.refused)}`);
  const patience = performance.now() + 60_000;
  while (load.due.some(([id]) => !watch.queued.has(id)) && performance.now() < patience) await sleep(50);
  const took = load.due.map(([id, at]) => (watch.queued.get(id) ?? Infinity) - at);
  const name = `opened → in its queue, ${rate}/s`;
  return [
    {
      name: `${name}, p50`,
      value: percentile(took, 0.5),
      unit: 'ms',
      ...(rate === 500 ? { aim: '≤ 60' as const } : {}),
    },
    {
      name: `${name}, p99`,
      value: percentile(took, 0.99),
      unit: 'ms',
      ...(rate === 500 ? { aim: '≤ 300' as const } : {}),
    },
    { name: `answer at ${rate}/s, p99`, value: load.p99, unit: 'ms' },
  ];
};

/** Who opens a backlog: known, without an address, so that it is no mail server that is measured. */
const requester = { personId: 'monitoring', name: 'Monitoring', email: null };

/** Tickets that intake holds while everything downstream catches up. */
const fillBacklog = async (system: System, total: number) => {
  const database = await system.open('intake');
  await database.inBackground((tx) =>
    append(tx, [{ ...origin, tenant, subject: requester.personId, sequence: 1, fact: PersonChanged(requester) }]),
  );
  const opened = { ...TicketOpened.example, ...ticketBody, requesterId: requester.personId, category: null };
  for (const batch of batches(total, 1_000))
    await database.inBackground((tx) =>
      append(
        tx,
        batch.map((index) => ({
          ...origin,
          tenant,
          subject: uuidv7(),
          sequence: 1,
          fact: TicketOpened({ ...opened, number: 1_000_000 + index }),
        })),
      ),
    );
};

/** The most memory that one of the processes takes, looked at each second, in megabytes. */
const watchMemory = (processes: readonly ServiceProcess[]) => {
  let most = 0;
  const look = setInterval(() => {
    for (const { pid } of processes) most = Math.max(most, usageOf(pid)?.megabytes ?? 0);
  }, 1_000);
  return {
    most: () => {
      clearInterval(look);
      return most;
    },
  };
};

/** The whole way from a requester's click to a tier's queue, all services at work, and how fast a backlog goes it. */
export const benchWay = async (parts: Parts, { warmUp, seconds, backlog, flags }: Sizes): Promise<Figure[]> => {
  const system = await prepareSystem(parts);
  const log = await openLog(parts, system.prefix);
  try {
    const [intake, ...consumers] = await Promise.all([
      system.start('intake', flags),
      system.start('tier-queues', flags),
      system.start('routing', flags),
      system.start('notifications', flags),
      system.start('reporting', flags),
    ]);
    await setUpDesk(system, consumers[0]);
    const watch = await watchQueued(log, system.prefix);
    await openPattern(system, intake, await system.open('tier-queues'));
    await untilCount(watch, 1, 30_000);
    // Services run for weeks: what they take until their code is compiled is no part of a ticket's way.
    const figures = await atRate(system, watch, intake.url, { rate: 10, warmUp, seconds });
    figures.push(...(await atRate(system, watch, intake.url, { rate: 100, warmUp, seconds })));
    figures.push(...(await atRate(system, watch, intake.url, { rate: 500, warmUp: 3, seconds })));
    await intake.stop();
    await fillBacklog(system, backlog);
    const before = watch.queued.size;
    await system.start('intake', flags);
    const began = performance.now();
    const memory = watchMemory(consumers);
    await untilCount(watch, before + backlog, 600_000);
    const perSecond = backlog / ((performance.now() - began) / 1_000);
    await watch.stop();
    figures.push(
      {
        name: `backlog of ${backlog} drains to its queues`,
        value: perSecond,
        unit: 'tickets/s',
        aim: '≥ 3000',
      },
      { name: 'largest consumer meanwhile, resident', value: memory.most(), unit: 'MB', aim: '≤ 400' },
    );
    return figures;
  } finally {
    await log.close();
    await system.stop();
  }
};
