import {
  ActUndone,
  HandoverAccepted,
  NoteAdded,
  TicketClaimed,
  TicketHeld,
  TicketLinked,
  TicketMarkedSpam,
  TicketMerged,
  TicketTransferred,
  TicketUnlinked,
  TicketUnmerged,
  type Standing,
  type UndoableAct,
} from '@tierline/contracts';
import { at, specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import {
  assigned,
  claimed,
  doing,
  escalation,
  ida,
  inProgress,
  inTier2,
  lea,
  messaging,
  opened,
  phones,
  queued,
  routed,
  serviceDesk,
  started,
  tom,
  una,
  waiting,
} from './example.ts';
import type { KnownTicket } from './ticket.ts';

const { given } = specFor(ticketRules);
const inTime = '2026-01-05T08:00:10.000Z';
const late = '2026-01-05T08:00:10.001Z';
const undo = (by = tom, only?: UndoableAct) => doing({ type: 'undo', by, ...(only ? { only } : {}) });
const stood = (state: Standing['state'], owner: string | null, more: Partial<Standing> = {}): Standing => ({
  state,
  place: serviceDesk,
  owner,
  hold: null,
  ...more,
});
const undone = (act: UndoableAct, now: Standing, agentId = 'tom') => ActUndone({ act, agentId, now });
const transferred = TicketTransferred({ from: serviceDesk, to: phones, reason: 'because', agentId: 'tom' });
const heldUntil = '2026-01-12T08:00:00.000Z';
const held = TicketHeld({ ...serviceDesk, reason: 'CUSTOMER', until: heldUntil, note: null });
const handed = TicketClaimed({ ...serviceDesk, agentId: 'una', assignedBy: 'lea' });
const which = { from: 'tom', fromTier: 'tier-1', toTier: 'tier-2', escalation: 1 };
const other = { ticketId: '019a0000-0000-7000-8000-000000000011', number: 1043 };
const before = (...facts: Parameters<typeof given>) => {
  const { beside: _, armed: __, ...rest } = given(...facts).state() as KnownTicket;
  return rest;
};

describe('undo', () => {
  it.each([
    ['a claim', waiting, [claimed(serviceDesk)], undone('claim', stood('QUEUED', null))],
    ['a hold', inProgress, [at('2026-01-05T08:00:01.000Z', held)], undone('hold', stood('IN_PROGRESS', 'tom'))],
    ['a hold that began the work', assigned, [started(serviceDesk), held], undone('hold', stood('ASSIGNED', 'tom'))],
    [
      'a transfer',
      inProgress,
      [transferred, queued(phones, 'transferred')],
      undone('transfer', stood('IN_PROGRESS', 'tom')),
    ],
    ['spam', inProgress, [TicketMarkedSpam({ agentId: 'tom' })], undone('spam', stood('IN_PROGRESS', 'tom'))],
    [
      'spam before the first queue',
      [opened],
      [TicketMarkedSpam({ agentId: 'tom' })],
      undone('spam', stood('NEW', null, { place: null })),
    ],
  ] as const)('takes %s back: the ticket stands as before', (_, facts, act, event) => {
    given(...facts, ...act)
      .when(undo(), inTime)
      .then(event);
    expect(given(...facts, ...act, event).state()).toMatchObject(before(...facts));
  });

  it('takes an assignment back as a whole, for the lead who made it', () => {
    const facts = [...inProgress, queued(serviceDesk, 'released'), handed];
    given(...facts)
      .when(undo(lea), inTime)
      .then(undone('assign', stood('IN_PROGRESS', 'tom'), 'lea'));
    given(...facts)
      .when(undo(una), inTime)
      .thenRefused('undo_not_yours');
  });
  it('takes only the assignment back when the ticket was released before', () =>
    given(...inProgress, queued(serviceDesk, 'released'), at('2026-01-05T08:00:01.000Z', handed))
      .when(undo(lea), inTime)
      .then(undone('assign', stood('QUEUED', null), 'lea')));
  it('takes a link back, and a merge', () => {
    given(...waiting, TicketLinked({ kind: 'blocks', to: other, agentId: 'tom' }))
      .when(undo(), inTime)
      .then(TicketUnlinked({ kind: 'blocks', to: other, agentId: 'tom' }));
    given(...waiting, TicketMerged({ into: other, reason: null, agentId: 'tom' }))
      .when(undo(), inTime)
      .then(TicketUnmerged({ from: other, agentId: 'tom', now: stood('QUEUED', null) }));
  });
  it('takes an acceptance back with the claim that came of it, and leaves an earlier one', () => {
    const arrived = [...inProgress, escalation(serviceDesk, 'tier-2', 2), routed(messaging, 2), queued(messaging)];
    const accept = [claimed(messaging, 'ida'), HandoverAccepted({ ...which, agentId: 'ida' })];
    const event = undone('claim', stood('QUEUED', null, { place: messaging }), 'ida');
    const accepted = (...facts: Parameters<typeof given>) =>
      (given(...facts).state() as KnownTicket).beside.handovers.at(-1)!.accepted;
    given(...arrived, ...accept)
      .when(undo(ida), inTime)
      .then(event);
    expect(accepted(...arrived, ...accept)).toBe('ida');
    expect(accepted(...arrived, ...accept, event)).toBeNull();
    const again = [...arrived, ...accept, queued(messaging, 'released'), claimed(messaging, 'ida')];
    given(...again)
      .when(undo(ida), inTime)
      .then(event);
    expect(accepted(...again, event)).toBe('ida');
  });
  it('does not reach behind an acceptance that came later', () =>
    given(
      ...[...inProgress, escalation(serviceDesk, 'tier-2', 2), routed(messaging, 2), queued(messaging)],
      ...[claimed(messaging, 'ida'), at('2026-01-05T08:00:01.000Z', HandoverAccepted({ ...which, agentId: 'ida' }))],
    )
      .when(undo(ida), inTime)
      .thenRefused('undo_overtaken', { conflict: { since: 'accepted' } }));
  it('is too late after ten seconds', () =>
    given(...assigned)
      .when(undo(), late)
      .thenRefused('undo_too_late', { conflict: { act: 'claim' } }));
  it('is refused to others, leads too', () => {
    given(...assigned)
      .when(undo(una), inTime)
      .thenRefused('undo_not_yours');
    given(...assigned)
      .when(undo(lea), inTime)
      .thenRefused('undo_not_yours');
  });
  it('is refused when something happened since, and says what', () => {
    const note = NoteAdded({ noteId: other.ticketId, agentId: 'una', text: 'Hm' });
    given(...assigned, note)
      .when(undo(), inTime)
      .thenRefused('undo_overtaken', { conflict: { act: 'claim', since: 'given a note' } });
  });
  it('is refused where the last act cannot be taken back, or was taken back', () => {
    given(...waiting)
      .when(undo(), inTime)
      .thenRefused('nothing_to_undo');
    given(...inProgress)
      .when(undo(), inTime)
      .thenRefused('nothing_to_undo');
    given(...assigned, undone('claim', stood('QUEUED', null)))
      .when(undo(), inTime)
      .thenRefused('nothing_to_undo');
  });
  it('lets a hold that comes back keep its end', () => {
    const facts = [...inProgress, held, queued(serviceDesk, 'released'), handed];
    const hold = { reason: 'CUSTOMER' as const, until: heldUntil };
    const event = undone('assign', stood('PENDING', 'tom', { hold }), 'lea');
    given(...facts)
      .when(undo(lea), inTime)
      .then(event);
    expect(given(...facts, at(inTime, event)).state()).toMatchObject({
      state: 'PENDING',
      hold: { ...hold, since: inTime },
      beside: { held: { CUSTOMER: 0 } },
    });
  });
});

describe('recalling an escalation', () => {
  const up = [...inProgress, escalation(serviceDesk, 'tier-2', 2)];
  const arrived = [...up, routed(messaging, 2), queued(messaging)];
  const recalled = undone('escalate', stood('IN_PROGRESS', 'tom'));
  const muchLater = '2026-01-05T17:00:00.000Z';

  it('works until somebody claims', () => {
    for (const facts of [up, arrived])
      given(...facts)
        .when(undo(tom, 'escalate'), muchLater)
        .then(recalled);
  });
  it('is refused after a colleague claimed, and says who and what changed', () => {
    const claim = { act: 'claim', by: 'ida', owner: 'ida', state: 'ASSIGNED' };
    given(...arrived, at(inTime, claimed(messaging, 'ida')))
      .when(undo(tom, 'escalate'), muchLater)
      .thenRefused('already_claimed', { conflict: { ...claim, at: inTime } });
    given(...inTier2)
      .when(undo(tom, 'escalate'), inTime)
      .thenRefused('already_claimed', { conflict: { ...claim, act: 'start', state: 'IN_PROGRESS' } });
    given(...inTier2)
      .when(undo(una, 'escalate'), inTime)
      .thenRefused('nothing_to_undo');
  });
  it('brings the ticket back to who had it, and no late route moves it', () => {
    const facts = [...arrived, recalled];
    expect(given(...facts).state()).toMatchObject({
      state: 'IN_PROGRESS',
      owner: 'tom',
      place: serviceDesk,
      counts: { escalations: 1 },
      beside: { handovers: [] },
    });
    given(...up, recalled)
      .when(doing({ type: 'route', hop: 2, tier: 'tier-2', queue: 'messaging' }))
      .thenNothing();
  });
  it('is refused to others, and for another act', () => {
    given(...arrived)
      .when(undo(ida, 'escalate'))
      .thenRefused('undo_not_yours');
    given(...assigned)
      .when(undo(tom, 'escalate'), inTime)
      .thenRefused('nothing_to_undo', { conflict: { act: 'claim' } });
  });
});
