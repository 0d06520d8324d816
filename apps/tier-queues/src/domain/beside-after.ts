import { TicketCancelled, TicketClosed, TicketResolved } from '@tierline/contracts';
import { attentionAfter } from './attention.ts';
import type { Beside } from './beside.ts';
import type { TicketFact } from './facts.ts';
import { handoversAfter } from './handing-over.ts';
import { heldAfter } from './holding.ts';
import { linksAfter, offspringAfter } from './linking.ts';
import { majorAfter } from './major.ts';
import { partsAfter } from './merging.ts';
import { runbookAfter } from './runbook.ts';
import { swarmAfter } from './swarming.ts';
import type { KnownTicket } from './ticket.ts';
import { lastActAfter } from './undo.ts';

/** Facts after which nobody waits for a lead or an expert. */
const endings: readonly string[] = [TicketResolved.type, TicketClosed.type, TicketCancelled.type];

const nobody: Beside['attention'] = [];

/** What stands beside the state after a fact; the same object when nothing of it changed. */
const besideAfter = (before: KnownTicket, now: KnownTicket, fact: TicketFact, at: string): Beside => {
  const own = now.beside;
  const ended = endings.includes(fact.type);
  const next: Beside = {
    attention: ended && own.attention.length > 0 ? nobody : attentionAfter(own.attention, fact, at),
    swarm: ended ? null : swarmAfter(own.swarm, fact),
    held: heldAfter(before, now, at),
    links: linksAfter(own.links, fact),
    parts: partsAfter(own.parts, fact),
    origin: own.origin,
    offspring: offspringAfter(own.offspring, fact),
    major: majorAfter(own.major, fact),
    handovers: handoversAfter(own.handovers, fact, own.lastAct),
    runbook: runbookAfter(own.runbook, fact, at),
    lastAct: lastActAfter(before, fact, at),
  };
  const same = (Object.keys(next) as (keyof Beside)[]).every((part) => next[part] === own[part]);
  return same ? own : next;
};

/** The ticket with what stands beside its state as it is after the fact. */
export const withBeside = (before: KnownTicket, now: KnownTicket, fact: TicketFact, at: string): KnownTicket => {
  const beside = besideAfter(before, now, fact, at);
  return beside === now.beside ? now : { ...now, beside };
};
