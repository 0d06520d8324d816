import { AgentReplied, NoteAdded, RequesterReplied, TicketCancelled, TicketClosed } from '@tierline/contracts';
import { at, monday, specFor } from '@tierline/testing/rules';
import type { Doer } from './command.ts';
import { ticketRules } from './decide.ts';
import {
  assigned,
  claimed,
  desk,
  doing,
  escalation,
  ida,
  inProgress,
  inTier2,
  lea,
  mailServers,
  max,
  messaging,
  opened,
  queued,
  resolved,
  serviceDesk,
  started,
  tom,
  una,
  waiting,
} from './example.ts';

const { given } = specFor(ticketRules);
const messageId = '019a0000-0000-7000-8000-000000000001';
const text = 'We are looking at it.';
const closed = [...resolved, TicketClosed({ cause: 'timer' })];
const inTier3 = [
  ...inTier2,
  escalation(messaging, 'tier-3', 3, 2),
  queued(mailServers),
  claimed(mailServers, 'max'),
  started(mailServers, 'max'),
];
const cancelled = [...waiting, TicketCancelled({ agentId: 'tom', reason: 'twice' })];

describe('reply', () => {
  const reply = (by = tom) => doing({ type: 'reply', by, messageId, text });
  const replied = (first: boolean, agentId = 'tom') => AgentReplied({ messageId, agentId, text, first });

  it('of the owner begins the work', () =>
    given(...assigned)
      .when(reply())
      .then(started(serviceDesk), replied(true)));
  it('of a colleague does not', () =>
    given(...assigned)
      .when(reply(una))
      .then(replied(true, 'una')));
  it('is the first one only once', () =>
    given(...inProgress, replied(true))
      .when(reply())
      .then(replied(false)));
  it('may come before anybody has the ticket, and after it is resolved', () => {
    given(...waiting)
      .when(reply())
      .then(replied(true));
    given(...resolved)
      .when(reply())
      .then(replied(true));
  });
  it('may come from the last team while the ticket goes up', () =>
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2))
      .when(reply())
      .then(replied(true)));
  it('is refused to another team', () =>
    given(...inProgress)
      .when(reply(ida))
      .thenRefused('not_in_team'));
  it('is for leads until the ticket has a queue', () => {
    given(opened).when(reply()).thenRefused('not_in_team');
    given(opened).when(reply(lea)).then(replied(true, 'lea'));
  });
  it.each([
    ['closed', closed],
    ['cancelled', cancelled],
  ])('is refused in a ticket that is %s', (_, facts) =>
    given(...facts)
      .when(reply())
      .thenRefused('wrong_state'),
  );
  it.each([
    ['public', tom, 'not_in_team'],
    ['public', ida, null],
    ['via-lower', ida, 'contact_via_lower'],
    ['via-lower', tom, null],
    ['via-lower', max, 'not_in_team'],
    ['internal', ida, 'contact_internal'],
    ['internal', tom, 'not_in_team'],
    ['internal', lea, null],
  ] as const)('under the policy %s of the ticket’s tier, by %j: %s', (contact, by, code) => {
    const tier2 = { ...desk.tiers.get('tier-2')!, contact };
    const on = { ...desk, tiers: new Map(desk.tiers).set('tier-2', tier2) };
    const asked = given(...inTier2).when(doing({ type: 'reply', by, messageId, text }, on));
    if (code === null) asked.then(replied(true, by.agentId));
    else asked.thenRefused(code);
  });
  it('for a tier that lets others write goes down to the tier that may', () => {
    const policed = (rank: number, contact: 'via-lower' | 'internal') =>
      [`tier-${rank}`, { ...desk.tiers.get(`tier-${rank}`)!, contact }] as const;
    const asking = (by: Doer, ...tiers: ReturnType<typeof policed>[]) =>
      given(...inTier3).when(
        doing({ type: 'reply', by, messageId, text }, { ...desk, tiers: new Map([...desk.tiers, ...tiers]) }),
      );
    asking(tom, policed(2, 'via-lower'), policed(3, 'via-lower')).then(replied(true));
    asking(ida, policed(2, 'via-lower'), policed(3, 'via-lower')).thenRefused('not_in_team');
    asking(max, policed(2, 'internal'), policed(3, 'via-lower')).thenRefused('contact_internal');
    given(...inProgress)
      .when(
        doing(
          { type: 'reply', by: tom, messageId, text },
          { ...desk, tiers: new Map([...desk.tiers, policed(1, 'via-lower')]) },
        ),
      )
      .then(replied(true));
  });
  it('answers what the requester wrote', () => {
    const wrote = at('2026-01-05T09:00:00.000Z', RequesterReplied({ messageId, text: 'And?' }));
    expect(given(...inProgress, replied(true), wrote).state()).toMatchObject({
      unansweredSince: '2026-01-05T09:00:00.000Z',
    });
    expect(given(...inProgress, wrote).state()).toMatchObject({ unansweredSince: monday });
    expect(given(...inProgress, wrote, replied(true)).state()).toMatchObject({ unansweredSince: null, replied: true });
  });
});

describe('note', () => {
  const note = (by = tom) => doing({ type: 'note', by, noteId: messageId, text });
  const noted = NoteAdded({ noteId: messageId, agentId: 'tom', text });

  it.each([
    ['waiting', waiting],
    ['in progress', inProgress],
    ['resolved', resolved],
    ['closed', closed],
  ])('may be written while the ticket is %s', (_, facts) =>
    given(...facts)
      .when(note())
      .then(noted),
  );
  it('is refused in a cancelled ticket', () =>
    given(...cancelled)
      .when(note())
      .thenRefused('wrong_state'));
  it('is refused to another team', () =>
    given(...waiting)
      .when(note(ida))
      .thenRefused('not_in_team'));
});
