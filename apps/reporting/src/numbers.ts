/** A figure of a report: where it stands in the answer and how it is computed. */
export type Definition = { readonly figure: string; readonly definition: string };

/**
 * Every figure of `/summary`, defined here and nowhere else. Each is computed from the events in the tickets topic
 * whose time is in the period: from ≤ time < to; without from or to the period is open at that end.
 */
export const definitions: readonly Definition[] = [
  { figure: 'tickets.opened', definition: 'Tickets with a TicketOpened event in the period.' },
  {
    figure: 'tickets.resolved',
    definition:
      'Tickets with at least one TicketResolved event in the period; solved twice counts once, reopened later counts too.',
  },
  {
    figure: 'tickets.closed',
    definition: 'Tickets with at least one TicketClosed event in the period; closed twice counts once.',
  },
  { figure: 'tickets.cancelled', definition: 'Tickets with a TicketCancelled event in the period.' },
  {
    figure: 'tickets.reopened',
    definition: 'Tickets with at least one TicketReopened event in the period; reopened twice counts once.',
  },
  { figure: 'reopenings', definition: 'TicketReopened events in the period; reopened twice counts twice.' },
  {
    figure: 'moves.up',
    definition:
      'TicketEscalated events in the period: each move to a higher tier, also across several, and also where it was ' +
      'recalled later.',
  },
  { figure: 'moves.down', definition: 'TicketReturned events in the period: each move to a lower tier.' },
  {
    figure: 'moves.sideways',
    definition: 'TicketTransferred events in the period: each move to another queue of the same tier.',
  },
  {
    figure: 'highestTier',
    definition:
      'Tickets opened in the period by the highest rank of a queue in which they have waited until now (TicketQueued), ' +
      'also after the period. Tickets that no queue has seen yet count nowhere.',
  },
  {
    figure: 'byTier.queued',
    definition: 'TicketQueued events of the tier in the period: arrivals in one of its queues, whatever the cause.',
  },
  { figure: 'byTier.claimed', definition: 'TicketClaimed events of the tier in the period: a ticket got an owner.' },
  {
    figure: 'byTier.resolved',
    definition: 'TicketResolved events of the tier in the period; solved twice counts twice.',
  },
  { figure: 'byTeam.claimed', definition: 'TicketClaimed events of the team in the period, in queues of the tier.' },
  {
    figure: 'byTeam.resolved',
    definition: 'TicketResolved events of the team in the period, in queues of the tier; solved twice counts twice.',
  },
  { figure: 'byTeam.escalatedFrom', definition: 'TicketEscalated events in the period that left a queue of the team.' },
  { figure: 'byTeam.returnedFrom', definition: 'TicketReturned events in the period that left a queue of the team.' },
  {
    figure: 'byTeam.transferredFrom',
    definition: 'TicketTransferred events in the period that left a queue of the team.',
  },
  {
    figure: 'orphans',
    definition:
      'OrphanDetected events in the period: open tickets that nothing was going to move, found and mended; and ' +
      'InboundUnaccounted events: opened tickets of which the desk had told nothing, told again.',
  },
];
