import type { Caller } from '@tierline/auth';
import { AgentChanged, QueueChanged, TierChanged, type Fact } from '@tierline/contracts';
import { append, originOf, type Commands, type Entry } from '@tierline/messaging';
import { lockDesk, saveDesk } from './desk-store.ts';
import { changeDesk, type DeskParts } from './domain/desk-change.ts';

/** How many parts a change named, and how many of them differ from what was there. */
export type DeskAnswer = {
  readonly [part in keyof DeskParts]: { readonly named: number; readonly changed: number };
};

type Change = {
  readonly by: Caller;
  readonly parts: DeskParts;
  readonly idempotency?: { key: string; body: unknown } | undefined;
};

/** Puts the named parts into the desk, all or none, and publishes those that differ. Throws `desk_invalid`. */
export const putDesk = (commands: Commands, { by, parts, idempotency }: Change): Promise<DeskAnswer> =>
  commands.within({ by, idempotency }, async (tx) => {
    const { tenant } = by;
    const there = await lockDesk(
      tx,
      tenant,
      parts.agents.map(({ agentId }) => agentId),
    );
    const changed = changeDesk(there, parts);
    const saved = await saveDesk(tx, tenant, changed);
    const origin = originOf(by);
    const entry = (kind: string, name: string, sequence: number | undefined, fact: Fact): Entry => {
      if (sequence === undefined) throw new Error(`${kind} ${name} was not saved`);
      return { ...origin, subject: `${tenant}/${kind}/${name}`, sequence, fact };
    };
    await append(tx, [
      ...changed.queues.map((queue) => entry('queue', queue.queue, saved.queues.get(queue.queue), QueueChanged(queue))),
      ...changed.tiers.map((tier) => entry('tier', tier.tier, saved.tiers.get(tier.tier), TierChanged(tier))),
      ...changed.agents.map((agent) =>
        entry('agent', agent.agentId, saved.agents.get(agent.agentId), AgentChanged(agent)),
      ),
    ]);
    const count = (part: keyof DeskParts) => ({ named: parts[part].length, changed: changed[part].length });
    return { tiers: count('tiers'), queues: count('queues'), agents: count('agents') };
  });
