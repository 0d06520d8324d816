import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { runLoad } from '../load/run-load.ts';
import { addressOf, type Parts } from '../parts.ts';
import { usageOf } from '../service-process.ts';
import type { Sizes } from '../sizes.ts';
import { prepareSystem, type System } from '../system.ts';
import { rawInserts } from './raw.ts';

const description = 'Since this morning it asks for the password every few minutes. '.repeat(6);
const body = JSON.stringify({ subject: 'Outlook asks for my password', description, category: 'email-account' });
/** Callers and tenants that take turns. */
const callers = 200;
const tenants = 5;

const tokensOf = (system: System) =>
  Promise.all(
    Array.from({ length: callers }, (_, index) =>
      system.token(`person-${index}`, `tenant-${index % tenants}`, ['requester']),
    ),
  );

const only = (refused: Record<string, number>) => {
  if (Object.keys(refused).length > 0) throw new Error(`intake refused tickets: ${JSON.stringify(refused)}`);
};

/** Tickets that intake accepts over HTTP, against the same rows written by PostgreSQL's own client. */
export const benchIntake = async (parts: Parts, { seconds, flags }: Sizes): Promise<Figure[]> => {
  const system = await prepareSystem(parts);
  try {
    const intake = await system.start('intake', flags);
    const database = await system.open('intake');
    const untilSent = async () => {
      while ((await database.query('SELECT 1 FROM outbox LIMIT 1')).length > 0) await sleep(50);
    };
    const tokens = await tokensOf(system);
    const ratios: Figure[] = [];
    const figures: Figure[] = [];
    for (const connections of [1, 8, 32, 128]) {
      const before = usageOf(intake.pid);
      const took = performance.now();
      const load = { url: `${intake.url}/tickets`, tokens, body, connections, warmUp: 1.5, seconds };
      const report = await runLoad(load);
      only(report.refused);
      const after = usageOf(intake.pid);
      await untilSent();
      const raw = await rawInserts(addressOf(parts, system.urls.intake.database), connections, seconds / 2, {
        body: description,
        data: body,
      });
      const at = `at ${connections}`;
      ratios.push({
        name: `intake ÷ bare insert (${raw.by}), ${at}`,
        value: report.perSecond / raw.perSecond,
        unit: 'ratio',
        ...(connections === 32 ? { aim: '≥ 1.0' as const } : {}),
      });
      figures.push(
        { name: `intake accepted, ${at}`, value: report.perSecond, unit: 'tickets/s' },
        { name: `intake answer p50, ${at}`, value: report.p50, unit: 'ms' },
        { name: `intake answer p99, ${at}`, value: report.p99, unit: 'ms' },
        { name: `bare insert (${raw.by}), ${at}`, value: raw.perSecond, unit: 'tickets/s' },
        { name: `load generator, ${at}`, value: report.cpu, unit: 'cores' },
      );
      if (before && after) {
        const wall = (performance.now() - took) / 1_000;
        figures.push({
          name: `intake process, ${at}`,
          value: (after.cpu - before.cpu) / Math.min(wall, seconds + 1.5),
          unit: 'cores',
        });
      }
    }
    return [...ratios, ...figures];
  } finally {
    await system.stop();
  }
};
