import {
  TicketHeld,
  TicketQueued,
  TicketReopened,
  TicketResumed,
  TicketReturned,
  TicketTransferred,
  VendorAnswered,
} from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import type { Calendar } from './clocks/calendar.ts';
import type { Act, Doer, Surroundings } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk } from './desk.ts';
import {
  assigned,
  claimed,
  desk,
  doing,
  escalation,
  ida,
  inProgress,
  inTier2,
  messaging,
  opened,
  phones,
  present,
  queued,
  resolved,
  routed,
  serviceDesk,
  tom,
  waiting,
} from './example.ts';
import type { TicketFact } from './facts.ts';
import { systemShift } from './guards.ts';

const { given } = specFor(ticketRules);

type Hours = { readonly from: string; readonly to: string; readonly handsOverTo?: string };

/** The desk with these hours of its queues, on Mondays, Greenwich time; it is Monday at eight. */
const withHours = (hours: Readonly<Record<string, Hours>>): Desk => {
  const calendars = Object.entries(hours).map(([id, { from, to }]): Calendar => ({
    ...{ id, version: 1, zone: 'Etc/UTC', holidays: [], exceptions: [] },
    hours: { monday: [{ from, to }] },
  }));
  const queues = Object.entries(hours).map(([queue, { handsOverTo }]) => {
    return [queue, { ...desk.queues.get(queue)!, calendar: queue, handsOverTo }] as const;
  });
  return { ...desk, queues: new Map([...desk.queues, ...queues]), book: { policies: [], calendars } };
};
const untilEight = { from: '00:00', to: '08:00' };

const closing = (handsOverTo: string | undefined = 'phones', queue = 'service-desk') =>
  doing(
    { type: 'close-queue', queue },
    withHours({ 'service-desk': { ...untilEight, ...(handsOverTo && { handsOverTo }) } }),
  );
const transferred = (how: string) =>
  TicketTransferred({
    from: serviceDesk,
    to: phones,
    reason: `The hours of service-desk ended; ${how}.`,
    agentId: systemShift,
  });

describe('a queue that closes', () => {
  it.each([
    ['waits', waiting, 'it waited'],
    ['was taken', assigned, 'it was with tom'],
    ['is worked on', inProgress, 'it was with tom, who worked on it'],
  ] as const)('hands over what %s, and says how it stood', (_, story, how) =>
    given(...story)
      .when(closing())
      .then(transferred(how), queued(phones, 'transferred')),
  );
  it('keeps what is done', () =>
    given(...resolved)
      .when(closing())
      .thenNothing());
  it('keeps all where it hands over to nobody, or to another tier', () => {
    given(...waiting)
      .when(doing({ type: 'close-queue', queue: 'service-desk' }))
      .thenNothing();
    given(...waiting)
      .when(closing(messaging.queue))
      .thenNothing();
  });
  it('keeps what opens here before all that it hands over to each other with', () =>
    given(...waiting)
      .when(
        doing(
          { type: 'close-queue', queue: 'service-desk' },
          withHours({
            'service-desk': { from: '09:00', to: '12:00', handsOverTo: 'phones' },
            phones: { from: '20:00', to: '22:00', handsOverTo: 'service-desk' },
          }),
        ),
      )
      .thenNothing());
  it('leaves what is elsewhere', () =>
    given(...waiting)
      .when(closing('phones', 'network'))
      .thenNothing());
});

describe('a queue that is closed', () => {
  const night = withHours({ 'service-desk': { ...untilEight, handsOverTo: 'phones' } });
  const onward = TicketTransferred({
    from: serviceDesk,
    to: phones,
    reason: 'It came to service-desk while that is closed.',
    agentId: systemShift,
  });
  const goesOn = [onward, queued(phones, 'transferred')] as const;
  const here = (act: Act, on = night, more: Partial<Surroundings> = {}) => doing(act, on, more);
  const toServiceDesk: Act = { type: 'route', hop: 1, tier: 'tier-1', queue: 'service-desk' };
  const heldFor = (reason: 'VENDOR' | 'CUSTOMER') =>
    TicketHeld({ ...serviceDesk, reason, until: '2026-01-06T08:00:00.000Z', note: null });

  it('hands on what is routed to it', () =>
    given(opened, routed(serviceDesk))
      .when(here(toServiceDesk))
      .then(queued(serviceDesk), ...goesOn));
  it('hands on what falls into it without a route, which may still come', () => {
    const fallen = [queued(serviceDesk, 'unrouted'), onward, queued(phones, 'unrouted')] as const;
    const story = given(opened, ...fallen);
    expect(
      given(opened)
        .when(here({ type: 'fire', kind: 'unrouted', generation: 1 }))
        .events()
        .slice(1),
    ).toMatchObject(fallen.map(({ type }) => ({ type })));
    story.when(here({ type: 'route', hop: 1, tier: 'tier-2', queue: 'messaging' })).then(queued(messaging));
  });
  it('hands on what is transferred to it', () =>
    given(opened, routed(phones), queued(phones))
      .when(here({ type: 'transfer', by: tom, queue: 'service-desk', reason: 'not a call' }))
      .then(
        TicketTransferred({ from: phones, to: serviceDesk, reason: 'not a call', agentId: 'tom' }),
        queued(serviceDesk, 'transferred'),
        ...goesOn,
      ));
  it('hands on what is returned to it', () => {
    const facts = given(...inTier2)
      .when(here({ type: 'return', by: ida, reason: 'no log', missing: 'tried' }))
      .events();
    expect(facts.map(({ type }) => type)).toEqual(
      [TicketReturned, TicketQueued, TicketTransferred, TicketQueued].map(({ type }) => type),
    );
    expect(facts.slice(2)).toEqual(goesOn);
  });
  it('hands on what is reopened, unless its last owner is there', () => {
    const reopened = TicketReopened({ cause: 'requester-rejected', reopens: 1 });
    const reason = 'tom is away.';
    const passedOver = { ...reopened, data: { ...reopened.data, passedOver: { agentId: 'tom', reason } } };
    given(...resolved)
      .when(here({ type: 'requester-rejected' }))
      .then(reopened, queued(serviceDesk, 'reopened'), claimed(serviceDesk));
    given(...resolved)
      .when(here({ type: 'requester-rejected' }, night, { people: new Map([present('tom', { presence: 'away' })]) }))
      .then(passedOver, queued(serviceDesk, 'reopened'), ...goesOn);
  });
  it('hands on what is woken up, unless its owner wakes it', () => {
    const woken = (cause: 'requester-replied' | 'agent' | 'vendor-answered') =>
      TicketResumed({ ...serviceDesk, cause });
    given(...inProgress, heldFor('CUSTOMER'))
      .when(here({ type: 'requester-replied' }))
      .then(woken('requester-replied'), ...goesOn);
    given(...inProgress, heldFor('CUSTOMER'), queued(serviceDesk, 'released'), heldFor('CUSTOMER'))
      .when(here({ type: 'requester-replied' }))
      .then(woken('requester-replied'), queued(serviceDesk, 'resumed'), ...goesOn);
    given(...inProgress, heldFor('CUSTOMER'))
      .when(here({ type: 'resume', by: tom }))
      .then(woken('agent'));
    given(...inProgress, heldFor('VENDOR'))
      .when(here({ type: 'vendor-answer', by: tom, text: 'Replaced.' }))
      .then(VendorAnswered({ vendor: null, text: 'Replaced.', agentId: 'tom' }), woken('vendor-answered'));
  });
  it('keeps what somebody takes, and hands on what is given back', () => {
    given(...waiting)
      .when(here({ type: 'claim', by: tom }))
      .then(claimed(serviceDesk));
    given(...inProgress)
      .when(here({ type: 'release', by: tom }))
      .then(queued(serviceDesk, 'released'), ...goesOn);
  });
  it('hands on along the line, to the first that is open or hands over to nobody', () => {
    const line = (phoneHours: Hours) =>
      withHours({ 'service-desk': { ...untilEight, handsOverTo: 'phones' }, phones: phoneHours });
    given(opened, routed(serviceDesk))
      .when(here(toServiceDesk, line({ from: '08:00', to: '12:00', handsOverTo: 'service-desk' })))
      .then(queued(serviceDesk), ...goesOn);
    given(opened, routed(serviceDesk))
      .when(here(toServiceDesk, line(untilEight)))
      .then(queued(serviceDesk), ...goesOn);
  });
  it('waits where it opens first when those that hand over to each other are all closed, and says so', () => {
    const circle = (desks: string, phone: string) =>
      withHours({
        'service-desk': { from: desks, to: '18:00', handsOverTo: 'phones' },
        phones: { from: phone, to: '19:00', handsOverTo: 'service-desk' },
      });
    const note = 'service-desk is closed; what it hands over to is closed, too, and it opens first.';
    const stays = { ...queued(serviceDesk), data: { ...queued(serviceDesk).data, note } };
    for (const phone of ['09:00', '10:00'])
      given(opened, routed(serviceDesk))
        .when(here(toServiceDesk, circle('09:00', phone)))
        .then(stays);
    const reason =
      'It came to service-desk while that is closed; what it hands over to is closed, too, and phones opens first.';
    given(opened, routed(serviceDesk))
      .when(here(toServiceDesk, circle('10:00', '09:00')))
      .then(queued(serviceDesk), { ...onward, data: { ...onward.data, reason } }, goesOn[1]);
  });
  it('leaves an escalation or a transfer to who made it, to be taken back', () => {
    const back = (story: readonly TicketFact[], by: Doer) => given(opened, ...story).when(here({ type: 'undo', by }));
    const transfer = TicketTransferred({ from: phones, to: serviceDesk, reason: 'not a call', agentId: 'tom' });
    const moved = [queued(phones), transfer, queued(serviceDesk, 'transferred'), ...goesOn];
    expect(back(moved, tom).events()).toMatchObject([{ data: { act: 'transfer', now: { place: phones } } }]);
    const up = escalation(phones, 'tier-2', 2);
    const later = { ...up, data: { ...up.data, toTier: 'tier-1', toRank: 1 } };
    expect(back([queued(phones), later, queued(serviceDesk), ...goesOn], tom).events()).toMatchObject([
      { data: { act: 'escalate', now: { place: phones } } },
    ]);
  });
  it('keeps what comes while it is open, and where it hands over to nobody', () => {
    given(opened, routed(serviceDesk)).when(here(toServiceDesk), '2026-01-12T07:59:59.999Z').then(queued(serviceDesk));
    given(opened, routed(serviceDesk))
      .when(here(toServiceDesk, withHours({ 'service-desk': untilEight })), monday)
      .then(queued(serviceDesk));
  });
});
