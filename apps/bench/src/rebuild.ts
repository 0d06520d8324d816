import {
  AgentReplied,
  ClockMet,
  ClockStarted,
  ClockStopped,
  NotificationSent,
  TicketClaimed,
  TicketClosed,
  TicketOpened,
  TicketQueued,
  TicketResolved,
  TicketRouted,
  WorkStarted,
  topics,
} from '@tierline/contracts';
import { headersOf, type OutgoingRecord } from '@tierline/messaging';
import type { Database } from '@tierline/persistence';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { batches, origin } from './bench-ticket.ts';
import { seconds, type Figure } from './figure.ts';
import { openLog, type Parts } from './parts.ts';
import { usageOf } from './service-process.ts';
import type { Sizes } from './sizes.ts';
import { prepareSystem, type System } from './system.ts';

/** What happens to a ticket that Tier 1 solves. */
const story = [
  TicketOpened,
  TicketRouted,
  TicketQueued,
  ClockStarted,
  TicketClaimed,
  WorkStarted,
  ClockMet,
  AgentReplied,
  NotificationSent,
  TicketResolved,
  ClockStopped,
  TicketClosed,
] as const;

/** Tickets of which something happens at the same time. */
const atOnce = 1_000;

const recordOf = (topic: string, subject: string, index: number): OutgoingRecord => {
  const { type, source, example } = story[index]!;
  const time = new Date().toISOString();
  const attributes = { id: uuidv7(), type, source, subject, time, sequence: index + 1, ...origin };
  return { topic, key: subject, value: JSON.stringify(example), headers: headersOf(attributes, subject) };
};

/** Writes the stories of tickets that go on side by side, at least so many events; gives how many. */
const fill = async (parts: Parts, prefix: string, wanted: number): Promise<number> => {
  const log = await openLog(parts, prefix);
  const producer = await log.producer();
  const topic = `${prefix}.${topics.tickets.name}`;
  const tickets = Math.ceil(wanted / story.length);
  for (const batch of batches(tickets, atOnce)) {
    const ids = batch.map(() => uuidv7());
    for (const index of story.keys()) await producer.append(ids.map((id) => recordOf(topic, id, index)));
  }
  await producer.close();
  await log.close();
  return tickets * story.length;
};

const taken = async (database: Database): Promise<number> => {
  const [row] = await database.query<{ n: string }>('SELECT coalesce(sum(next_offset), 0) AS n FROM consumer_position');
  return Number(row!.n);
};

/** Starts reporting and stops it when it has taken all; gives the seconds since it took the first, and of the processor. */
const readAll = async (
  system: System,
  database: Database,
  { total, flags }: { total: number; flags: Sizes['flags'] },
) => {
  const service = await system.start('reporting', flags);
  while ((await taken(database)) === 0) await sleep(5);
  const [first, from] = [await taken(database), performance.now()];
  const before = usageOf(service.pid)?.cpu ?? 0;
  while ((await taken(database)) < total) await sleep(20);
  const took = (performance.now() - from) / 1_000;
  const cpu = (usageOf(service.pid)?.cpu ?? 0) - before;
  await service.stop();
  return { rate: (total - first) / took, cpu: (cpu / (total - first)) * 1e6 };
};

const empty = async (system: System): Promise<void> => {
  const { entry, env } = system.app('reporting');
  const child = spawn(process.execPath, [entry, 'rebuild'], { stdio: 'ignore', env: { ...process.env, ...env } });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`reporting rebuild ended with ${code}`);
};

/** How fast reporting is emptied, and reads all topics again. */
export const benchRebuild = async (parts: Parts, { rebuilt, flags }: Sizes): Promise<Figure[]> => {
  const system = await prepareSystem(parts);
  try {
    const total = await fill(parts, system.prefix, rebuilt);
    const database = await system.open('reporting');
    const first = await readAll(system, database, { total, flags });
    const emptied = await seconds(() => empty(system));
    const again = await readAll(system, database, { total, flags });
    const name = `of ${Math.round(total / 1_000)} k events`;
    return [
      { name: `emptying, ${name}`, value: emptied, unit: 's' },
      { name: `emptying and reading again, ${name}`, value: emptied + total / again.rate, unit: 's' },
      { name: 'reading again', value: again.rate, unit: 'events/s' },
      { name: 'reading again, of its process', value: again.cpu, unit: 'µs of a core an event' },
      { name: 'reading for the first time', value: first.rate, unit: 'events/s' },
    ];
  } finally {
    await system.stop();
  }
};
