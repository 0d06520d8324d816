import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf, type Chance } from './chance.ts';
import type { Fault, Service } from './fault.ts';
import { happenings } from './faults/happenings.ts';
import type { Hit, World } from './faults/world.ts';
import { recoveryTime, type Probing } from './recovery.ts';
import type { Injured } from './run-folder.ts';

export type Calamity = { world: World; probing: Omit<Probing, 'chance'>; onTold: (injured: Injured) => void };

const mostAtOnce = 2;

type Span = { from: number; until: number };

/** Which faults were under way when. Injected records last for ever, and trouble nobody. */
const spans = () => {
  const all: Span[] = [];
  return {
    begin: (): Span => {
      const span = { from: Date.now(), until: Infinity };
      all.push(span);
      return span;
    },
    count: (): number => all.filter(({ until }) => until === Infinity).length,
    /** The end of the last fault that was under way between these moments; null: one still is. */
    lastEnd: (from: number, until: number): number | null => {
      const met = all.filter((span) => span.until >= from && span.from <= until);
      return met.some((span) => span.until > until) ? null : Math.max(...met.map((span) => span.until));
    },
  };
};

const recovered = async ({ probing }: Calamity, { services, pod }: Hit, chance: Chance): Promise<number | null> => {
  // What was put into a topic hits nobody in particular: the chain has to go on at once.
  const hit: readonly Service[] = services.length > 0 ? services : ['tier-queues'];
  return recoveryTime({ ...probing, chance }, hit, pod);
};

/** Lets one fault happen, waits until what it hit works again, and tells how long that took. */
const suffer = async (calamity: Calamity, fault: Fault, known: ReturnType<typeof spans>): Promise<Injured> => {
  const { id, kind, target, detail } = fault;
  const chance = chanceOf(fault.seed);
  const span = known.begin();
  let hit: Hit;
  try {
    hit = await happenings[kind](calamity.world, fault, chance.fork('fault'));
  } finally {
    span.until = kind === 'injection' ? span.from : Date.now();
  }
  const ended = Date.now();
  const recoveredMs = hit.missed === undefined ? await recovered(calamity, hit, chance.fork('probe')) : null;
  const lastEnd = known.lastEnd(ended, Date.now());
  return {
    id,
    at: new Date(span.from).toISOString(),
    kind,
    target: hit.pod?.name ?? target,
    detail,
    seconds: Math.round((ended - span.from) / 100) / 10,
    recoveredMs,
    undisturbedMs: recoveredMs === null || lastEnd === null ? null : Math.max(0, Date.now() - Math.max(lastEnd, ended)),
    ...(hit.missed === undefined ? {} : { missed: hit.missed }),
    ...(hit.again === undefined ? {} : { again: hit.again }),
  };
};

/** On a slow machine a fault lasts longer than planned; the next ones wait, so that never more come together. */
const untilBearable = async (known: ReturnType<typeof spans>): Promise<void> => {
  while (known.count() >= mostAtOnce) await sleep(50);
};

/** Lets all faults of the schedule happen at their times; resolves when each is over and its damage mended. */
export const letLoose = async (schedule: readonly Fault[], calamity: Calamity): Promise<readonly Injured[]> => {
  const from = performance.now();
  const known = spans();
  const suffering: Promise<Injured>[] = [];
  for (const fault of schedule) {
    await sleep(Math.max(0, fault.at - (performance.now() - from)));
    await untilBearable(known);
    const done = suffer(calamity, fault, known).then((injured) => {
      calamity.world.folder.faults.add(injured);
      calamity.onTold(injured);
      return injured;
    });
    done.catch(() => undefined);
    suffering.push(done);
  }
  return Promise.all(suffering);
};
