import { Controller } from '@nestjs/common';
import {
  AbsenceChanged,
  AbsencesSaid,
  AgentChanged,
  AgentReplied,
  DeskPartRemoved,
  ManagementChanged,
  PersonChanged,
  QueueUnserved,
  TeamChanged,
  TicketOpened,
  TicketResolved,
  events,
  is,
  type EventDefinition,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import { On, type Task } from '@tierline/messaging';
import { deputyMails, type SaidAway } from './deputy-mails.ts';
import { deskCopies, type DeskCopy } from './desk-copies.ts';
import { noticesOf } from './domain/notice.ts';
import { queueMails } from './queue-mails.ts';
import { staffMails } from './staff-mails.ts';
import { knownPeople, notedEvents, type KnownPerson, type Noted } from './store.ts';
import { writtenHints } from './stream/hints.ts';

/** What webhooks can be told: every ticket event but those about deliveries, which would tell of themselves for ever. */
export const tellable: readonly EventDefinition[] = [...events.values()].filter(
  ({ topic, source }) => topic === 'tickets' && source !== '/notifications',
);

const mailOf = (event: Received): Pick<Noted, 'mail' | 'ticket'> => {
  if (is(TicketOpened, event)) return { ticket: event.data, mail: { template: 'opened', text: null } };
  if (is(AgentReplied, event)) return { mail: { template: 'answered', text: event.data.text } };
  if (is(TicketResolved, event)) return { mail: { template: 'resolved', text: event.data.solution } };
  return {};
};

@Controller()
export class EventsController {
  @On(...tellable)
  ticket(event: Received): Task[] {
    return [
      { batch: notedEvents, work: { event, ...mailOf(event) } satisfies Noted },
      { batch: writtenHints, work: event },
      ...(noticesOf(event).length > 0 ? [{ batch: staffMails, work: event }] : []),
    ];
  }

  @On(AgentChanged)
  agent({ tenant, data: { agentId, name, email, teams } }: EventOf<typeof AgentChanged>): Task {
    const part = { agentId, name, email: email ?? null, teams };
    return { batch: deskCopies, work: { tenant, kind: 'agent', id: agentId, part } satisfies DeskCopy };
  }

  @On(TeamChanged)
  team({ tenant, data: { team, lead } }: EventOf<typeof TeamChanged>): Task {
    const part = { team, lead: lead ?? null };
    return { batch: deskCopies, work: { tenant, kind: 'team', id: team, part } satisfies DeskCopy };
  }

  @On(ManagementChanged)
  management({ tenant, data: { personId, name, email } }: EventOf<typeof ManagementChanged>): Task {
    const part = { personId, name: name ?? null, email: email ?? null };
    return { batch: deskCopies, work: { tenant, kind: 'management', id: personId, part } satisfies DeskCopy };
  }

  @On(QueueUnserved)
  unserved(event: EventOf<typeof QueueUnserved>): Task {
    return { batch: queueMails, work: event };
  }

  @On(AbsencesSaid)
  absencesSaid(event: EventOf<typeof AbsencesSaid>): Task {
    const { personId, items } = event.data;
    return { batch: deputyMails, work: { event, personId, items } satisfies SaidAway };
  }

  @On(AbsenceChanged)
  absent(event: EventOf<typeof AbsenceChanged>): Task {
    const { personId, ...away } = event.data;
    return { batch: deputyMails, work: { event, personId, items: [away] } satisfies SaidAway };
  }

  @On(DeskPartRemoved)
  removed(event: EventOf<typeof DeskPartRemoved>): Task | null {
    const { tenant } = event;
    const { kind, id } = event.data;
    if (kind === 'absence')
      return { batch: deputyMails, work: { event, personId: null, items: [] } satisfies SaidAway };
    if (kind !== 'agent' && kind !== 'team' && kind !== 'management') return null;
    return { batch: deskCopies, work: { tenant, kind, id, part: null } satisfies DeskCopy };
  }

  @On(PersonChanged)
  person({ tenant, data }: EventOf<typeof PersonChanged>): Task {
    return { batch: knownPeople, work: { tenant, ...data } satisfies KnownPerson };
  }
}
