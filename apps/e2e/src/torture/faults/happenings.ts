import { injectionOf, inject } from '../injections.ts';
import type { FaultKind } from '../fault.ts';
import type { Injection } from '../fault-kinds.ts';
import { badWeather } from './network.ts';
import { fillDisk, restartKafka, restartPostgres, stormOfRebalances } from './parts.ts';
import { clockJump, freeze, freezeAtPoint, kill, killAtPoint, rollingRestart } from './processes.ts';
import { restoreDatabase } from './restoring.ts';
import type { Happening } from './world.ts';

const injectRecords: Happening = async ({ tap, producer }, { detail }, chance) => {
  const records = injectionOf(detail as Injection, { tap, chance });
  await inject(producer, records);
  return { services: [], ...(records.length === 0 ? { missed: 'nothing to repeat yet' } : {}) };
};

/** How each kind of fault comes about. */
export const happenings: Readonly<Record<FaultKind, Happening>> = {
  kill,
  freeze,
  'kill-at-point': killAtPoint,
  'freeze-at-point': freezeAtPoint,
  'rolling-restart': rollingRestart,
  'clock-jump': clockJump,
  'half-open': badWeather,
  latency: badWeather,
  resets: badWeather,
  'commit-cut': badWeather,
  'postgres-restart': restartPostgres,
  'kafka-restart': restartKafka,
  'disk-full': fillDisk,
  'rebalance-storm': stormOfRebalances,
  'restored-database': restoreDatabase,
  injection: injectRecords,
};
