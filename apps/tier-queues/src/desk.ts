import type { Caller } from '@tierline/auth';
import {
  AgentChanged,
  CalendarChanged,
  PolicyChanged,
  QueueChanged,
  TierChanged,
  type Fact,
} from '@tierline/contracts';
import { append, originOf, type Commands, type Entry } from '@tierline/messaging';
import { kinds, lockDesk, saveDesk, type Sequences } from './desk-store.ts';
import { changeDesk } from './domain/desk-change.ts';
import { idsOf, partNames, type DeskParts, type NamedParts, type PartName } from './domain/desk-parts.ts';

/** How many parts a change named, and how many of them differ from what was there. */
export type DeskAnswer = {
  readonly [part in PartName]: { readonly named: number; readonly changed: number };
};

type Change = {
  readonly by: Caller;
  readonly parts: NamedParts;
  readonly idempotency?: { key: string; body: unknown } | undefined;
};

/** The fact that tells of a part in an edition. */
const factsOf: { readonly [N in PartName]: (part: DeskParts[N][number], version: number) => Fact } = {
  queues: (queue) => QueueChanged(queue),
  tiers: (tier) => TierChanged(tier),
  agents: (agent) => AgentChanged(agent),
  calendars: (calendar, version) => CalendarChanged({ ...calendar, version }),
  policies: (policy, version) => PolicyChanged({ ...policy, version }),
};

/** Calendars before the policies that name them, queues before the tiers whose default they are. */
const order = ['calendars', 'policies', 'queues', 'tiers', 'agents'] as const satisfies readonly PartName[];

const entriesOf = (by: Caller, changed: DeskParts, sequences: Sequences): Entry[] => {
  const origin = originOf(by);
  return order.flatMap((name) => {
    const id = idsOf[name] as (part: unknown) => string;
    const fact = factsOf[name] as (part: unknown, version: number) => Fact;
    return changed[name].map((part) => {
      const sequence = sequences(name, id(part));
      return {
        ...origin,
        subject: `${by.tenant}/${kinds[name]}/${id(part)}`,
        sequence,
        fact: fact(part, sequence),
      };
    });
  });
};

/** Puts the named parts into the desk, all or none, and publishes those that differ. Throws `desk_invalid`. */
export const putDesk = (commands: Commands, { by, parts, idempotency }: Change): Promise<DeskAnswer> =>
  commands.within({ by, idempotency }, async (tx) => {
    const { tenant } = by;
    const there = await lockDesk(tx, tenant, parts.agents.map(idsOf.agents));
    const changed = changeDesk(there, parts, tx.now);
    const sequences = await saveDesk(tx, tenant, changed);
    await append(tx, entriesOf(by, changed, sequences));
    return Object.fromEntries(
      partNames.map((name) => [name, { named: parts[name].length, changed: changed[name].length }]),
    ) as DeskAnswer;
  });
