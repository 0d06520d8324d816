import {
  AgentReplied,
  OpeningAsked,
  TicketClosed,
  TicketLinked,
  TicketResolved,
  TicketUnlinked,
} from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import { desk, doing, ida, inProgress, opened, resolved, serviceDesk, tom, una, waiting } from './example.ts';
import { goingOnIn } from './linking.ts';
import type { KnownTicket } from './ticket.ts';

const { given } = specFor(ticketRules);
const own = '019a0000-0000-7000-8000-000000000010';
const other = { ticketId: '019a0000-0000-7000-8000-000000000011', number: 1043 };
const known = (...facts: Parameters<typeof given>): KnownTicket => given(...facts).state() as KnownTicket;
const open: KnownTicket = { ...known(...waiting), number: 1043 };
const linked = (kind: Parameters<typeof TicketLinked>[0]['kind'] = 'relates', to = other) =>
  TicketLinked({ kind, to, agentId: 'tom' });

describe('link', () => {
  const link = (act: object = {}, ticket: KnownTicket | null = open, more: object = {}) =>
    doing({ type: 'link', by: tom, id: own, kind: 'relates', to: other.ticketId, ...act }, desk, {
      others: new Map(ticket ? [[other.ticketId, ticket]] : []),
      ...more,
    });

  it.each(['relates', 'blocks', 'blocked-by', 'parent-of', 'child-of'] as const)('makes that one %s', (kind) => {
    given(...waiting)
      .when(link({ kind }))
      .then(linked(kind));
    expect(given(...waiting, linked(kind)).state()).toMatchObject({ beside: { links: [{ kind, ...other }] } });
  });
  it('makes the opposite on the other ticket, once', () => {
    const beLinked = doing({ type: 'be-linked', by: tom, kind: 'child-of', to: other });
    given(...waiting)
      .when(beLinked)
      .then(linked('child-of'));
    given(...waiting, linked('child-of'))
      .when(beLinked)
      .thenNothing();
  });
  it('changes nothing when it is there', () =>
    given(...waiting, linked())
      .when(link())
      .thenNothing());
  it('relates what has ended, too', () => {
    given(...resolved)
      .when(link({}, known(...resolved, TicketClosed({ cause: 'timer' }))))
      .then(TicketLinked({ kind: 'relates', to: { ...other, number: 1042 }, agentId: 'tom' }));
  });
  it('is refused to itself, to nothing, and in a circle', () => {
    const fields = [{ path: 'to' }];
    given(...waiting)
      .when(link({ to: own }))
      .thenRefused('same_ticket', { fields });
    given(...waiting)
      .when(link({}, null))
      .thenRefused('target_absent', { fields });
    given(...waiting)
      .when(link({ kind: 'blocks' }, open, { closesCycle: true }))
      .thenRefused('cycle', { fields });
  });
  it('is refused where the child has a parent already', () => {
    const child = known(...waiting, linked('child-of', { ticketId: own.replace('10', '20'), number: 7 }));
    given(...waiting)
      .when(link({ kind: 'parent-of' }, child))
      .thenRefused('has_parent');
    given(...waiting, linked('child-of', { ticketId: own.replace('10', '20'), number: 7 }))
      .when(link({ kind: 'child-of' }))
      .thenRefused('has_parent');
  });
  it('makes only open tickets parents and children', () => {
    given(...resolved)
      .when(link({ kind: 'parent-of' }))
      .thenRefused('wrong_state');
    given(...waiting)
      .when(link({ kind: 'parent-of' }, known(...resolved)))
      .thenRefused('target_ended');
  });
  it('is refused to another team', () =>
    given(...waiting)
      .when(link({ by: ida }))
      .thenRefused('not_in_team'));
});

describe('unlink', () => {
  const unlink = (act: object = {}) => doing({ type: 'unlink', by: tom, kind: 'relates', to: other.ticketId, ...act });
  const unlinked = TicketUnlinked({ kind: 'relates', to: other, agentId: 'tom' });

  it('takes the link away, on both', () => {
    given(...waiting, linked())
      .when(unlink())
      .then(unlinked);
    given(...waiting, linked())
      .when(doing({ type: 'be-unlinked', by: tom, kind: 'relates', to: other }))
      .then(unlinked);
    expect(given(...waiting, linked(), unlinked).state()).toMatchObject({ beside: { links: [] } });
  });
  it('is refused where there is no such link, and to another team', () => {
    given(...waiting, linked())
      .when(unlink({ kind: 'blocks' }))
      .thenRefused('not_linked', { fields: [{ path: 'to' }] });
    given(...waiting, linked())
      .when(unlink({ by: ida }))
      .thenRefused('not_in_team');
  });
});

describe('split', () => {
  const act = { newTicketId: other.ticketId, subject: 'Printer', description: 'No paper on floor 2.' };
  const split = (more: object = {}) => doing({ type: 'split', by: tom, ...act, ...more });
  const asked = OpeningAsked({ ...act, kind: 'split', category: null, agentId: 'tom' });

  it('asks intake to open a ticket of its own for the part', () => {
    given(...inProgress)
      .when(split())
      .then(asked);
    expect(given(...inProgress, asked).state()).toMatchObject({
      state: 'IN_PROGRESS',
      beside: { offspring: [{ ticketId: other.ticketId, kind: 'split' }] },
    });
  });
  it('is refused to another team, and for a solved ticket', () => {
    given(...inProgress)
      .when(split({ by: ida }))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(split())
      .thenRefused('wrong_state');
  });
  it('lets the new ticket know where it came from', () => {
    const from = { ...other, kind: 'split' as const };
    expect(given({ ...opened, data: { ...opened.data, origin: from } }).state()).toMatchObject({
      beside: { origin: from },
    });
  });
});

describe('a word of the requester long after the end', () => {
  const closed = [...resolved, TicketClosed({ cause: 'timer' })];
  const say = { type: 'requester-replied', text: 'It is back.', followUpId: other.ticketId } as const;

  it('asks intake to open a ticket that follows', () =>
    given(...closed)
      .when(doing(say), '2026-02-05T08:00:00.000Z')
      .then(
        OpeningAsked({
          newTicketId: other.ticketId,
          kind: 'follow-up',
          subject: 'Follow-up: No mail since this morning',
          description: 'It is back.',
          category: null,
          agentId: null,
        }),
      ));
  it.each(['NEW', 'QUEUED', 'PENDING', 'RESOLVED', 'MERGED'] as const)(
    'goes on in one that follows and is %s',
    (state) => {
      const followUps = [{ ticketId: other.ticketId, requesterId: 'anna', state }];
      given(...closed)
        .when(doing(say, desk, { followUps }), '2026-02-05T08:00:00.000Z')
        .then();
      expect(goingOnIn(known(...closed), {}, followUps)).toBe(other.ticketId);
    },
  );
  it.each([
    ['has ended', { requesterId: 'anna', state: 'CLOSED' }],
    ['was cancelled', { requesterId: 'anna', state: 'CANCELLED' }],
    ['is of somebody else', { requesterId: 'ben', state: 'QUEUED' }],
  ] as const)('asks for another one where the one that follows %s', (_, one) => {
    const followUps = [{ ticketId: other.ticketId, ...one }];
    const events = given(...closed)
      .when(doing(say, desk, { followUps }), '2026-02-05T08:00:00.000Z')
      .events();
    expect(events.map(({ type }) => type)).toEqual([OpeningAsked.type]);
  });
  it('reopens the ticket within the window', () =>
    expect(
      given(...closed)
        .when(doing(say))
        .events()
        .map(({ type }) => type),
    ).not.toContain(OpeningAsked.type));
});

describe('a child', () => {
  const child = [...waiting, linked('child-of')];
  const parent = other.ticketId;
  const messageId = '019a0000-0000-7000-8000-000000000001';
  const resolveIt = (more: object = {}) =>
    doing({
      type: 'resolve-child',
      by: ida,
      parent,
      code: 'solved',
      solution: 'Moved the mail store.',
      lowerTierCouldHave: false,
      ...more,
    });

  it('is solved by what solved its parent, whoever works on it', () => {
    const solved = TicketResolved({
      ...serviceDesk,
      agentId: 'ida',
      code: 'solved',
      solution: 'Moved the mail store.',
      lowerTierCouldHave: false,
    });
    given(...child)
      .when(resolveIt())
      .then(solved);
    given(...inProgress, linked('child-of'))
      .when(resolveIt())
      .then(solved);
  });
  it('tells its requester what the parent was answered', () =>
    given(...child)
      .when(doing({ type: 'reply-to-child', by: ida, parent, messageId, text: 'We are on it.' }))
      .then(AgentReplied({ messageId, agentId: 'ida', text: 'We are on it.', first: true })));
  it('refuses what is not for it', () => {
    given(...waiting)
      .when(resolveIt({ by: una }))
      .thenRefused('not_child');
    given(...resolved, linked('child-of'))
      .when(resolveIt())
      .thenRefused('wrong_state');
    given(opened, linked('child-of')).when(resolveIt()).thenRefused('between_queues');
    given(...waiting)
      .when(doing({ type: 'reply-to-child', by: ida, parent, messageId, text: 'Hm' }))
      .thenRefused('not_child');
  });
});
