import type { Evidence } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';
import { setAside } from '../../views.ts';

/** Routing's copies of the desk are as new as the last event about each tier and queue. */
export const checkCopies = (evidence: Evidence, wrong: Wrongs): number => {
  const originals = new Map<string, number>();
  for (const { service, topic, aggregate, sequence } of evidence.journal)
    if (service === 'tier-queues' && topic === 'desk')
      originals.set(aggregate, Math.max(originals.get(aggregate) ?? 0, sequence));
  const copies = new Map(evidence.copies.map(({ aggregate, sequence }) => [aggregate, sequence]));
  const parked = setAside(evidence).routing.keys;
  for (const [aggregate, sequence] of originals) {
    if (!/\/(tier|queue)\//.test(aggregate) || parked.has(aggregate)) continue;
    if (copies.get(aggregate) !== sequence)
      wrong(
        `routing's copy of ${aggregate} stands at ${copies.get(aggregate) ?? 0}, tier-queues published ${sequence}`,
      );
  }
  return copies.size;
};
