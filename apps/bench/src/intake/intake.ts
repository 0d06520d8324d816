import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tierline/persistence';
import type { Figure } from '../figure.ts';
import { runLoad } from '../load/run-load.ts';
import { addressOf, type Parts } from '../parts.ts';
import { usageOf, type ServiceProcess } from '../service-process.ts';
import type { Sizes } from '../sizes.ts';
import { prepareSystem, type System } from '../system.ts';
import { rawInserts } from './raw.ts';

const description = 'Since this morning it asks for the password every few minutes. '.repeat(6);
const body = JSON.stringify({ subject: 'Outlook asks for my password', description, category: 'email-account' });
/** Callers and tenants that take turns. */
const callers = 200;
const tenants = 5;
const warmUp = 1.5;

const tokensOf = (system: System) =>
  Promise.all(
    Array.from({ length: callers }, (_, index) =>
      system.token(`person-${index}`, `tenant-${index % tenants}`, ['requester']),
    ),
  );

const only = (refused: Record<string, number>) => {
  if (Object.keys(refused).length > 0) throw new Error(`intake refused tickets: ${JSON.stringify(refused)}`);
};

/** Processor seconds so far of the service and of its database's connections. */
type Usage = { service: number | undefined; database: number | undefined };

/** Unlike figures a second these hardly depend on what else the machine does. */
const usageNow = async ({ pid }: ServiceProcess, database: Database): Promise<Usage> => {
  const backends = await database.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
  );
  const used = backends.map((backend) => usageOf(backend.pid)?.cpu ?? 0);
  return { service: usageOf(pid)?.cpu, database: used.reduce((sum, each) => sum + each, 0) || undefined };
};

const costs = (before: Usage, after: Usage, tickets: number, at: string): Figure[] =>
  (['service', 'database'] as const).flatMap((side) => {
    const [then, now] = [before[side], after[side]];
    if (then === undefined || now === undefined) return [];
    const name = `${side === 'service' ? 'intake' : 'PostgreSQL'}, processor time a ticket, ${at}`;
    return [{ name, value: (1e6 * (now - then)) / tickets, unit: 'µs' }];
  });

type Running = { parts: Parts; system: System; intake: ServiceProcess; database: Database; tokens: readonly string[] };

/** The ratio first. */
const atConnections = async (running: Running, connections: number, seconds: number): Promise<Figure[]> => {
  const { parts, system, intake, database, tokens } = running;
  const before = await usageNow(intake, database);
  const report = await runLoad({ url: `${intake.url}/tickets`, tokens, body, connections, warmUp, seconds });
  only(report.refused);
  const after = await usageNow(intake, database);
  while ((await database.query('SELECT 1 FROM outbox LIMIT 1')).length > 0) await sleep(50);
  const raw = await rawInserts(addressOf(parts, system.urls.intake.database), connections, seconds / 2, {
    body: description,
    data: body,
  });
  const at = `at ${connections}`;
  return [
    {
      name: `intake ÷ bare insert (${raw.by}), ${at}`,
      value: report.perSecond / raw.perSecond,
      unit: 'ratio',
      ...(connections === 32 ? { aim: '≥ 1.0' as const } : {}),
    },
    { name: `intake accepted, ${at}`, value: report.perSecond, unit: 'tickets/s' },
    { name: `intake answer p50, ${at}`, value: report.p50, unit: 'ms' },
    { name: `intake answer p99, ${at}`, value: report.p99, unit: 'ms' },
    { name: `bare insert (${raw.by}), ${at}`, value: raw.perSecond, unit: 'tickets/s' },
    { name: `load generator, ${at}`, value: report.cpu, unit: 'cores' },
    ...costs(before, after, report.perSecond * (seconds + warmUp), at),
  ];
};

/** Tickets that intake accepts over HTTP, against the same rows written by PostgreSQL's own client. */
export const benchIntake = async (parts: Parts, { seconds, flags }: Sizes): Promise<Figure[]> => {
  const system = await prepareSystem(parts);
  try {
    const intake = await system.start('intake', flags);
    const running = { parts, system, intake, database: await system.open('intake'), tokens: await tokensOf(system) };
    const figures: Figure[] = [];
    for (const connections of [1, 8, 32, 128]) figures.push(...(await atConnections(running, connections, seconds)));
    return figures;
  } finally {
    await system.stop();
  }
};
