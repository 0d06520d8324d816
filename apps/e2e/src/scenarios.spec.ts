import { completeHandover } from './scenarios/company.ts';
import { tellOfNightPartner } from './scenarios/night-partner.ts';
import { isRefused } from './scenarios/sight.ts';
import { tellOfSmallCompany } from './scenarios/small-company.ts';
import { openStage, type Stage } from './scenarios/stage.ts';

let stage: Stage;
let company: Awaited<ReturnType<Stage['company']>>;

/** How every ticket begins. */
const arrived = ['opened', 'routed', 'queued'];
const taken = ['claimed', 'work-started'];

beforeAll(async () => {
  stage = await openStage();
  company = await stage.company();
}, 300_000);

afterAll(async () => {
  expect(await stage.close()).toBe(0);
}, 60_000);

it('solves a password reset at Tier 1, and the solution is written down', async () => {
  const { amara, tom, historyShows, historyKeeps, figuresShow, summarySince } = company;

  const ticket = await amara.opens('I forgot my password', { category: 'password-reset' });
  await tom.claims(ticket);
  await tom.replies(ticket, 'I am resetting it now.');
  await tom.solves(ticket, 'Checked who calls, set a new password, signed in together.');
  await amara.reads(ticket, 'Checked who calls, set a new password, signed in together.');
  await amara.sees(ticket, 'resolved');
  await amara.confirms(ticket);

  await historyShows(ticket, [...arrived, ...taken, ...['agent-replied', 'resolved', 'requester-confirmed', 'closed']]);
  await historyKeeps(ticket, 'resolved', {
    agentId: 'tom',
    tier: 'tier-1',
    solution: 'Checked who calls, set a new password, signed in together.',
  });
  await figuresShow(ticket, { state: 'CLOSED', highestRank: 1, escalations: 0, returns: 0 });
  await summarySince(ticket, {
    tickets: { opened: 1, resolved: 1, closed: 1, reopened: 0 },
    moves: { up: 0, down: 0, sideways: 0 },
    highestTier: { 1: 1, 2: 0 },
  });
});

it('hands a printer driver up, gets it back for a named missing item, and solves it at Tier 2', async () => {
  const { amara, tom, mara, ticketShows, historyShows, historyKeeps, figuresShow } = company;

  const ticket = await amara.opens('The printer prints blank pages', { category: 'printer' });
  await tom.claims(ticket);
  await tom.escalates(ticket, { because: 'Needs somebody for drivers.' });
  await mara.claims(ticket);
  await mara.returns(ticket, { because: 'Which driver is it now?', missing: 'evidence' });
  await ticketShows(ticket, { state: 'QUEUED', tier: 'tier-1', counts: { escalations: 1, bounces: 1 } });

  await tom.claims(ticket);
  const handover = { ...completeHandover, evidence: 'Driver 6.2 of 4 May, screenshot attached.' };
  await tom.escalates(ticket, { because: 'The driver is named now.', handover });
  await mara.acceptsTheHandover(ticket);
  await mara.ratesTheHandover(ticket, 5);
  await mara.solves(ticket, 'Went back to driver 6.1 and blocked 6.2.');

  const up = ['escalated', 'routed', 'queued'];
  await historyShows(ticket, [
    ...arrived,
    'claimed',
    ...up,
    ...['claimed', 'returned', 'queued', 'claimed'],
    ...up,
    ...['claimed', 'handover-accepted', 'handover-rated', 'work-started', 'resolved'],
  ]);
  await historyKeeps(ticket, 'returned', { missing: 'evidence', reason: 'Which driver is it now?', bounces: 1 });
  await historyKeeps(ticket, 'handover-rated', { score: 5, from: 'tom', agentId: 'mara' });
  await figuresShow(ticket, { state: 'RESOLVED', highestRank: 2, escalations: 2, returns: 1 });
  await amara.reads(ticket, 'Went back to driver 6.1 and blocked 6.2.');
});

it('names what a hand-over lacks instead of passing it on', async () => {
  const { bola, tom, ticketShows } = company;

  const ticket = await bola.opens('The printer jams', { category: 'printer' });
  await tom.claims(ticket);
  await isRefused('handover_incomplete', tom.escalates(ticket, { because: 'No idea.', handover: {} }));
  await ticketShows(ticket, { tier: 'tier-1', owner: 'tom', counts: { escalations: 0 } });
});

it('makes a network outage one major incident, whose solution solves the tickets of everybody', async () => {
  const { amara, bola, chidi, sofia, viktor, lea, nadiasMailbox, ticketShows, historyShows } = company;
  const outage = { category: 'network-outage' } as const;

  const first = await amara.opens('No network in the harbour office', { ...outage, impact: 'major' });
  const children = [
    await bola.opens('Network is gone in the harbour office', outage),
    await chidi.opens('I cannot reach any network drive', outage),
  ];
  await lea.declaresMajorIncident(first, 'Nobody in the harbour office has a network.', sofia);
  await lea.gathersChildren(first, 'network');
  await ticketShows(first, {
    major: { commander: 'sofia' },
    links: children.map(({ id }) => ({ kind: 'parent-of', id })),
  });

  await nadiasMailbox.shows('It is a major incident, commanded by sofia');
  await lea.handsOnTheCommand(first, viktor, 'Sofia is on her way to the harbour.');
  await nadiasMailbox.shows('viktor commands the major incident now, sofia did until now');
  await viktor.handsOnTheCommand(first, sofia, 'Sofia has arrived.');

  await sofia.claims(first);
  await sofia.updatesStakeholders(first, 'A switch lost its power supply; a spare one is on its way.');
  await nadiasMailbox.shows('A switch lost its power supply');
  await sofia.solvesWithChildren(first, 'Replaced the power supply of the switch.');
  await sofia.endsMajorIncident(first, 'The harbour office works again.');
  await nadiasMailbox.shows('The major incident is over: The harbour office works again.');

  for (const child of children) {
    await ticketShows(child, { state: 'RESOLVED', links: [{ kind: 'child-of', id: first.id }] });
    await historyShows(child, [...arrived, 'linked', 'resolved']);
  }
  for (const [person, ticket] of [
    [amara, first],
    [bola, children[0]!],
    [chidi, children[1]!],
  ] as const)
    await person.reads(ticket, 'Replaced the power supply of the switch.');
});

it('brings what is for somebody on leave to the deputy', async () => {
  const { amara, sofia, lea, nadia, viktor, viktorsMailbox, ticketShows } = company;
  await nadia.isAwayUntilTomorrow(viktor);

  const ticket = await amara.opens('No network in any office', { category: 'network-outage', impact: 'major' });
  await lea.declaresMajorIncident(ticket, 'No office has a network.', sofia);
  await viktorsMailbox.shows('This is for nadia, who is away.');

  await nadia.isBack();
  await sofia.endsMajorIncident(ticket, 'All offices work again.');
  await ticketShows(ticket, { major: null });
});

it('lets the deputy decide for a team while its lead is on leave, and not after', async () => {
  const { amara, sofia, mara, attentionListShows, attentionListIsWithout } = company;

  const ticket = await amara.opens('The network is slow', { category: 'network-outage' });
  await amara.asksForSomebodyInCharge(ticket, 'It gets worse.');
  await attentionListShows(ticket, 'requester-asked', 'It gets worse.');
  await isRefused('lead_only', mara.decides(ticket, 'It can wait.'));

  await sofia.isAwayUntilTomorrow(mara);
  await mara.decides(ticket, 'The network team looks at it first.');
  await attentionListIsWithout(ticket);
  await sofia.isBack();
  await isRefused('lead_only', mara.decides(ticket, 'And now this.'));
});

it('measures a vendor by a clock of its own while the promise to the requester goes on', async () => {
  const { amara, tom, mara, clocksShow, dueOf, staysDue, explanationSays, wasNeverOnHold } = company;

  const ticket = await amara.opens('The label printer reports error 49', { category: 'printer' });
  await tom.claims(ticket);
  await tom.replies(ticket, 'I ask our specialists.');
  await tom.escalates(ticket, { because: 'Needs the vendor.' });
  await mara.claims(ticket);
  const promised = await dueOf(ticket, 'Solution');

  await mara.waitsForVendor(ticket, 'Contoso');
  await clocksShow(ticket, { 'First answer': 'met', Solution: 'running', 'Answer of the vendor': 'running' });
  await staysDue(ticket, 'Solution', promised);
  const contract = ['within 4 h of working time', 'Contract with Contoso: vendor Contoso', 'it waits for a vendor'];
  await explanationSays(ticket, 'Answer of the vendor', ...contract);
  await wasNeverOnHold(ticket, 'Solution');

  await mara.notesVendorAnswer(ticket, 'Error 49 is fixed in firmware 12.');
  await clocksShow(ticket, { 'First answer': 'met', Solution: 'running', 'Answer of the vendor': 'met' });
  await explanationSays(ticket, 'Answer of the vendor', 'Kept on', 'the vendor answered');

  // The policy stops the promise for approvals, and for them alone.
  await mara.waitsForApproval(ticket);
  await clocksShow(ticket, { 'First answer': 'met', Solution: 'paused', 'Answer of the vendor': 'met' });
  await explanationSays(ticket, 'Solution', 'put on hold', 'it waits for an approval');
  await mara.goesOn(ticket);
  await mara.solves(ticket, 'Installed firmware 12.');
  await clocksShow(ticket, { 'First answer': 'met', Solution: 'met', 'Answer of the vendor': 'met' });
});

it('brings a requester whom nobody answers to the lead, and the first answer stays due when it was', async () => {
  const { amara, tom, lea, waitsForAnAnswer, historyShows, attentionListShows, attentionListIsWithout } = company;
  const { clocksShow, dueOf, staysDue, wasNeverOnHold } = company;

  const ticket = await amara.opens('I cannot sign in, and payroll runs tonight', { category: 'password-reset' });
  const promised = await dueOf(ticket, 'First answer');
  await amara.writes(ticket, 'Is anybody there?');
  await waitsForAnAnswer(ticket);
  await clocksShow(ticket, { 'First answer': 'running', Solution: 'running' });
  await staysDue(ticket, 'First answer', promised);
  const why = ['Due ', 'within 1 h of working time', 'the service agreement', 'the ticket was opened'];
  await amara.isToldOf(ticket, 'First answer', ...why);

  await amara.asksForSomebodyInCharge(ticket, 'Nobody answers me.');
  await attentionListShows(ticket, 'requester-asked', 'Nobody answers me.');
  await isRefused('asked_already', amara.asksForSomebodyInCharge(ticket, 'Still nobody.'));

  await lea.assigns(ticket, tom);
  await attentionListIsWithout(ticket);
  await staysDue(ticket, 'First answer', promised);
  await tom.replies(ticket, 'Sorry for the wait. I am on it.');
  await amara.reads(ticket, 'Sorry for the wait. I am on it.');
  await clocksShow(ticket, { 'First answer': 'met', Solution: 'running' });
  await wasNeverOnHold(ticket, 'First answer');
  await historyShows(ticket, [
    ...arrived,
    ...['requester-replied', 'requester-asked-escalation', 'attention-raised'],
    ...['claimed', 'attention-settled', 'work-started', 'agent-replied'],
  ]);
});

it('asks the lead when a ticket would be returned a third time', async () => {
  const { chidi, tom, mara, lea, ticketShows, historyShows, attentionListShows, attentionListIsWithout } = company;

  const ticket = await chidi.opens('The scanner sends empty files', { category: 'printer' });
  for (const round of [1, 2, 3]) {
    await tom.claims(ticket);
    await tom.escalates(ticket, { because: `Not ours, said ${round} times.` });
    await mara.claims(ticket);
    await mara.returns(ticket, { because: `Not ours either, said ${round} times.`, missing: 'wrong-team' });
  }
  await ticketShows(ticket, { tier: 'tier-2', owner: 'mara', counts: { escalations: 3, bounces: 2 } });
  await attentionListShows(ticket, 'bounced', 'Not ours either, said 3 times.');
  await isRefused('lead_decides', mara.returns(ticket, { because: 'Really not ours.', missing: 'wrong-team' }));

  await lea.decides(ticket, 'Workplace keeps it.');
  await attentionListIsWithout(ticket);
  await mara.solves(ticket, 'Set the scanner to the new mail server.');
  const bounce = ['claimed', 'escalated', 'routed', 'queued', 'claimed', 'returned', 'queued'];
  await historyShows(ticket, [
    ...arrived,
    ...bounce,
    ...bounce,
    ...['claimed', 'escalated', 'routed', 'queued', 'claimed', 'attention-raised', 'attention-settled'],
    ...['work-started', 'resolved'],
  ]);
});

it('sends a ticket that is about something else where it belongs', async () => {
  const { bola, tom, sofia, ticketShows, historyShows, figuresShow } = company;

  const ticket = await bola.opens('The printer is offline', { category: 'printer' });
  await tom.recategorises(ticket, 'network-outage', 'Nothing on that floor is online.');
  await ticketShows(ticket, { queue: 'network', owner: null, category: 'network-outage' });
  await figuresShow(ticket, { category: 'network-outage' });
  await sofia.claims(ticket);
  await sofia.solves(ticket, 'Put the cable back into the switch.');
  const again = ['route-asked', 'routed', 'queued'];
  await historyShows(ticket, [...arrived, ...again, 'claimed', 'work-started', 'resolved']);
});

it('takes a slip back within seconds, and an escalation until somebody has claimed it', async () => {
  const { bola, tom, mara, ticketShows, clocksShow } = company;

  const ticket = await bola.opens('My mouse is slow', { category: 'printer' });
  await tom.claims(ticket);
  await tom.replies(ticket, 'I am looking at it.');
  await tom.waitsForRequester(ticket);
  await clocksShow(ticket, { 'First answer': 'met', Solution: 'paused' });
  await isRefused('undo_not_yours', mara.undoes(ticket));
  await tom.undoes(ticket);
  await ticketShows(ticket, { state: 'IN_PROGRESS', owner: 'tom', hold: null });
  await clocksShow(ticket, { 'First answer': 'met', Solution: 'running' });

  await tom.escalates(ticket, { because: 'Needs a new mouse.' });
  await tom.recalls(ticket);
  await ticketShows(ticket, { state: 'IN_PROGRESS', tier: 'tier-1', owner: 'tom', handover: null });
  await isRefused('already_claimed', mara.claims(ticket));

  await tom.escalates(ticket, { because: 'Needs a new mouse after all.' });
  await mara.claims(ticket);
  await isRefused('already_claimed', tom.recalls(ticket));
});

it('gives a network outage to the expert whose certificate is valid, not to the one whose has expired', async () => {
  const { chidi, sofia, anton, viktor, ticketShows, historyKeeps } = company;

  await anton.says('present');
  await viktor.says('away');
  const ticket = await chidi.opens('The whole site is offline', { category: 'network-outage', impact: 'high' });
  await sofia.claims(ticket);
  await sofia.escalatesToExperts(ticket, { because: 'Needs somebody for the border router.' });
  await historyKeeps(ticket, 'assignment-failed', { assignment: 'round-robin' });
  await isRefused('certificate_expired', anton.claims(ticket));

  await viktor.says('present');
  await ticketShows(ticket, { state: 'ASSIGNED', tier: 'tier-3', owner: 'viktor' });
  await historyKeeps(ticket, 'claimed', { agentId: 'viktor', assignment: 'round-robin' });
  await viktor.solves(ticket, 'Moved the lines to the second card.');
  await ticketShows(ticket, { state: 'RESOLVED' });
});

tellOfSmallCompany(() => stage);

tellOfNightPartner(() => stage);
