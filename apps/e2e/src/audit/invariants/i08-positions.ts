import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { listens, services } from '../names.ts';

const checkEnds = (evidence: Evidence, wrong: Wrongs): void => {
  const ends = new Map(evidence.ends.map(({ topic, partition, high }) => [`${topic}/${partition}`, high]));
  for (const { service, group, topic, partition, next } of evidence.positions) {
    const high = ends.get(`${topic}/${partition}`);
    if (high === undefined) wrong(`${service}: ${group} stands in ${topic}/${partition}, which does not exist`);
    else if (next !== high)
      wrong(`${service}: ${group} stands at ${topic}/${partition}@${next}, the partition ends at ${high}`);
  }
};

/** A service reads every partition of the topics in which something travels that it takes. */
const checkAbsent = (evidence: Evidence, topicsOf: ReadonlyMap<string, string>, wrong: Wrongs): void => {
  const present = new Set(
    evidence.positions.map(({ service, topic, partition }) => `${service} ${topic}/${partition}`),
  );
  for (const service of services) {
    const wanted = new Set([...listens[service]].map((type) => topicsOf.get(type)));
    for (const { topic, partition, high } of evidence.ends)
      if (high > 0 && wanted.has(topic) && !present.has(`${service} ${topic}/${partition}`))
        wrong(`${service} has no position in ${topic}/${partition}, which has ${high} records`);
  }
};

/** Databases that were taken back as a whole, positions and all: no trigger in them tells of it. */
const restoredOnes = ({ faults }: Evidence): string => {
  const restored = faults.filter(({ kind, missed }) => kind === 'restored-database' && !missed);
  if (restored.length === 0) return '';
  const again = restored.reduce((sum, fault) => sum + (fault.again ?? 0), 0);
  return `; ${counted(restored.length)} databases restored, ${counted(again)} events taken again`;
};

/** I8: positions never went back but with a restored database, and stand at the ends of their partitions. */
export const inspectPositions = (): Inspection => {
  const wrong = collectWrongs();
  const topicsOf = new Map<string, string>();
  return {
    look: ({ journal }) => {
      for (const { type, topic } of journal) topicsOf.set(type, topic);
    },
    verdict: (whole) => {
      checkEnds(whole, wrong);
      checkAbsent(whole, topicsOf, wrong);
      for (const { service, group, topic, partition, from, to } of whole.setBacks ?? [])
        wrong(`${service}: ${group} went back in ${topic}/${partition} from ${from} to ${to ?? 'nothing'}`);
      const watched = whole.setBacks === null ? 'nobody watched' : `${counted(whole.setBacks.length)} went back`;
      const figure = `${counted(whole.positions.length)} positions at the end; ${watched}${restoredOnes(whole)}`;
      return verdictOf('I8', wrong, figure);
    },
  };
};
export const positions = judging(inspectPositions);
