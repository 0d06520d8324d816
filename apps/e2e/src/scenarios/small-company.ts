import type { Stage } from './stage.ts';

export const tellOfSmallCompany = (on: () => Stage) =>
  it('lets one person be the whole desk: what goes up a tier stays with him, and he hands nothing over to himself', async () => {
    const {
      paula,
      tom,
      ticketShows,
      historyShows,
      historyKeeps,
      clocksShow,
      dueOf,
      staysDue,
      wasNeverOnHold,
      figuresShow,
    } = await on().smallCompany();

    // Whatever hour it is: he works now.
    await tom.says('present');
    const ticket = await paula.opens('I cannot save the accounts', { category: 'computer' });
    await ticketShows(ticket, { tier: 'tier-1', queue: 'help-desk' });
    await tom.claims(ticket);
    await tom.replies(ticket, 'I am having a look.');
    const promised = await dueOf(ticket, 'Solution');

    const nothing = {};
    await tom.escalates(ticket, { because: 'The disk of the server is full.', queue: 'systems', handover: nothing });
    await ticketShows(ticket, { tier: 'tier-2', queue: 'systems', handover: null });
    await tom.claims(ticket);
    await ticketShows(ticket, { state: 'ASSIGNED', owner: 'tom.keller', counts: { escalations: 1, bounces: 0 } });
    await clocksShow(ticket, { 'First answer': 'met', Solution: 'running' });
    await staysDue(ticket, 'Solution', promised);

    await tom.solves(ticket, 'Moved the old backups to another disk.');
    await paula.reads(ticket, 'Moved the old backups to another disk.');
    await clocksShow(ticket, { 'First answer': 'met', Solution: 'met' });
    await wasNeverOnHold(ticket, 'Solution');
    await historyShows(ticket, [
      ...['opened', 'routed', 'queued', 'claimed', 'work-started', 'agent-replied'],
      ...['escalated', 'routed', 'queued', 'claimed', 'work-started', 'resolved'],
    ]);
    await historyKeeps(ticket, 'escalated', { agentId: 'tom.keller', handover: {} });
    await historyKeeps(ticket, 'resolved', { agentId: 'tom.keller', tier: 'tier-2' });
    await figuresShow(ticket, { state: 'RESOLVED', highestRank: 2, escalations: 1, returns: 0 });
  });
