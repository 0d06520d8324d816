import {
  AgentChanged,
  DeskPartRemoved,
  MajorCommanderChanged,
  MajorIncidentDeclared,
  MajorIncidentEnded,
  ManagementChanged,
  ManagementNotified,
  PersonChanged,
  SlaBreached,
  SlaWarned,
  StaffNotified,
  TeamChanged,
  type Fact,
  type Told,
} from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  testParts,
  type ServiceUnderTest,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from './app.module.ts';
import * as story from './testing/story.ts';

const { somebody } = story;

let service: ServiceUnderTest;
let topic: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(notifications, {
    SMTP_URL: testParts().smtpUrl,
    MAIL_FROM: 'Acme help desk <desk@acme.example>',
    DESK_URL: 'https://desk.acme.example/',
  });
  topic = await subscribe(service.prefix);
});

afterAll(async () => {
  await topic?.close();
  await service?.stop();
});

type Person = ReturnType<typeof somebody>;

const ticketOf = () => story.ticketOf((fact, envelope) => recordOf(service.prefix, fact, envelope), 'anna.berg');
const mailsOf = (person: Person) => story.mailsOf(testParts().mailApiUrl, person.email);
const sendAbout = (subject: string, fact: Fact) => send([recordOf(service.prefix, fact, { subject })]);

const agent = ({ personId, name, email }: Person, ...teams: string[]) =>
  sendAbout(`acme/agent/${personId}`, AgentChanged({ agentId: personId, name, email, teams }));

/** A team with a lead and members who have addresses, as the desk names them. */
const teamOf = async (lead: Person | null, ...members: Person[]): Promise<string> => {
  const team = `t-${uuidv7()}`;
  const named = lead === null ? {} : { lead: lead.personId };
  await sendAbout(`acme/team/${team}`, TeamChanged({ team, name: team, ...named }));
  for (const person of [...(lead ? [lead] : []), ...members]) await agent(person, team);
  await eventually(async () => {
    const sql = 'SELECT 1 FROM agent_team WHERE $1 = ANY(teams) UNION ALL SELECT 1 FROM team WHERE team = $1';
    expect(await service.database.query(sql, [team])).toHaveLength(1 + members.length + (lead ? 1 : 0));
  });
  return team;
};

const breach = (...tell: Told[]) => SlaBreached({ ...SlaBreached.example, tell });
const told = (who: Told['who'], agentId: string | null, team: string | null): Told => ({
  who,
  agentId,
  team,
  notBefore: '2026-01-05T08:00:00.000Z',
});

/** What gathers goes out now, as it does after a while. */
const letGo = (count: number) =>
  eventually(async () => {
    const waiting = await service.database.query(
      `SELECT 1 FROM delivery WHERE channel = 'staff' AND state = 'waiting' AND event_type LIKE '%sla%'`,
    );
    expect(waiting).toHaveLength(count);
    await service.database.query(`UPDATE lane SET next_attempt_at = now() WHERE stream = 'staff'`);
  });

const arrived = (person: Person, count: number) =>
  eventually(async () => {
    const mails = await mailsOf(person);
    expect(mails).toHaveLength(count);
    return mails;
  });

it('writes to owner and lead that a promise was missed, once', async () => {
  const [owner, lead] = [somebody(), somebody()];
  const team = await teamOf(lead, owner);
  const ticket = ticketOf();
  const missed = ticket.record(breach(told('owner', owner.personId, team), told('lead', lead.personId, team)));
  await send([ticket.opened(), missed, missed]);
  await letGo(2);
  for (const person of [owner, lead]) {
    const [mail] = await arrived(person, 1);
    expect(mail).toContain('Subject: T-1042: Outlook asks for my password again and again');
    expect(mail).toContain('The time for the solution is over');
    expect(mail).not.toContain('[T-1042]');
  }
});

it('gathers what happens to many tickets into one mail', async () => {
  const lead = somebody();
  const team = await teamOf(lead);
  const tickets = Array.from({ length: 5 }, () => ticketOf());
  const warned = SlaWarned({ ...SlaWarned.example, tell: [told('lead', null, team)] });
  await send(tickets.flatMap((ticket) => [ticket.opened(), ticket.record(warned)]));
  await letGo(5);
  const [mail] = await arrived(lead, 1);
  expect(mail!.match(/75 % of the time/g)).toHaveLength(5);
});

it('writes to the whole team where the desk names no lead, and nobody to whoever did it', async () => {
  const [one, other] = [somebody(), somebody()];
  const team = await teamOf(null, one, other);
  const ticket = ticketOf();
  const place = { ...ManagementNotified.example.place!, team };
  const up = ManagementNotified({ ...ManagementNotified.example, place, agentId: one.personId });
  await send([ticket.opened(), ticket.record(up, { actor: `agent:${one.personId}` })]);
  const [mail] = await arrived(other, 1);
  expect(mail).toContain('The board meets in an hour and cannot print.');
  expect(await mailsOf(one)).toHaveLength(0);
});

it('waits for an address, and forgets who is no agent any more', async () => {
  const [lead, gone] = [somebody(), somebody()];
  const team = `t-${uuidv7()}`;
  await sendAbout(`acme/team/${team}`, TeamChanged({ team, name: team }));
  const known = { agentId: lead.personId, name: lead.name, teams: [team] };
  await sendAbout(`acme/agent/${lead.personId}`, AgentChanged(known));
  await agent(gone, team);
  await sendAbout(`acme/agent/${gone.personId}`, DeskPartRemoved({ kind: 'agent', id: gone.personId }));
  await eventually(async () => {
    const rows = await service.database.query('SELECT agent_id FROM agent_team WHERE $1 = ANY(teams)', [team]);
    expect(rows).toEqual([{ agent_id: lead.personId }]);
  });
  const ticket = ticketOf();
  const place = { ...ManagementNotified.example.place!, team };
  await send([ticket.opened(), ticket.record(ManagementNotified({ ...ManagementNotified.example, place }))]);
  await eventually(async () =>
    expect(await service.database.query('SELECT 1 FROM lane WHERE awaited_person = $1', [lead.personId])).toHaveLength(
      1,
    ),
  );
  await sendAbout(lead.personId, PersonChanged(lead));
  await arrived(lead, 1);
  expect(await mailsOf(gone)).toHaveLength(0);
});

const management = (personId: string, more: object) =>
  sendAbout(`acme/management/${personId}`, ManagementChanged({ personId, ...more }));

it('tells management of a major incident and of its end, at the address that the desk names for it', async () => {
  const [head, chief, agentToo] = [somebody(), somebody(), somebody()];
  const team = await teamOf(agentToo);
  await management(head.personId, { name: head.name, email: head.email });
  await management(agentToo.personId, { email: `not-${agentToo.email}` });
  const ticket = ticketOf();
  const people = [head, chief, agentToo].map(({ personId }) => told('management', personId, team));
  const major = { commander: 'nobody.here', tell: people };
  await send([
    ticket.opened(),
    ticket.record(MajorIncidentDeclared({ ...MajorIncidentDeclared.example, ...major })),
    ticket.record(MajorIncidentEnded({ ...MajorIncidentEnded.example, ...major })),
  ]);
  await arrived(agentToo, 1);
  // Waits for an address, which the desk names later.
  await eventually(async () =>
    expect(await service.database.query('SELECT 1 FROM lane WHERE awaited_person = $1', [chief.personId])).toHaveLength(
      1,
    ),
  );
  await management(chief.personId, { name: chief.name, email: chief.email });
  for (const person of [head, chief, agentToo]) {
    const mails = await eventually(async () => {
      const all = (await mailsOf(person)).join('\n');
      expect(all).toContain('The major incident is over');
      return all;
    });
    expect(mails).toContain('It is a major incident');
  }
});

it('tells a new commander and the one before', async () => {
  const [now, before] = [somebody(), somebody()];
  await teamOf(null, now, before);
  const ticket = ticketOf();
  const who = { commander: now.personId, previous: before.personId, tell: [] };
  await send([ticket.opened(), ticket.record(MajorCommanderChanged({ ...MajorCommanderChanged.example, ...who }))]);
  expect((await arrived(now, 1))[0]).toContain('You command the major incident now');
  expect((await arrived(before, 1))[0]).toContain('Max has been at it for ten hours.');
});

const toldOf = (ticket: string) => topic.about(ticket).filter(({ type }) => type === StaffNotified.type);

it('links to each ticket, and tells the world of each person, ticket and event', async () => {
  const [one, other] = [somebody(), somebody()];
  const team = await teamOf(null, one, other);
  const tickets = [ticketOf(), ticketOf()];
  const place = { ...ManagementNotified.example.place!, team };
  const up = ManagementNotified({ ...ManagementNotified.example, place });
  const warned = SlaWarned({ ...SlaWarned.example, tell: [told('lead', null, team)] });
  const causes = tickets.map((ticket) => ticket.record(warned));
  await send([...tickets.flatMap((ticket) => ticket.opened()), ...causes]);
  await letGo(4);
  for (const person of [one, other]) {
    const [mail] = await arrived(person, 1);
    for (const { id } of tickets) expect(mail).toContain(`https://desk.acme.example/tickets/${id}`);
  }
  await send([tickets[0]!.record(up)]);
  const events = await eventually(() => {
    expect(toldOf(tickets[0]!.id)).toHaveLength(4);
    expect(toldOf(tickets[1]!.id)).toHaveLength(2);
    return toldOf(tickets[0]!.id);
  });
  const people = [one.personId, other.personId].sort();
  const ofKind = (kind: string) => events.filter(({ data }) => (data as { kind: string }).kind === kind);
  for (const kind of ['sla-warned', 'notified-up'])
    expect(
      ofKind(kind)
        .map(({ data }) => (data as { personId: string }).personId)
        .sort(),
    ).toEqual(people);
  expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  expect(events[0]).toMatchObject({ source: '/notifications', actor: 'system:notifications', data: { attempts: 1 } });
});

describe('what a person does not want', () => {
  type Preferences = { items: { kind: string; mailed: boolean; changeable: boolean }[] };
  const as = ({ personId }: Person, tenant = 'acme', role: 'agent' | 'auditor' = 'agent') => ({
    subject: personId,
    roles: [role],
    tenant,
  });
  const chosen = async (person: Person, tenant?: string) => {
    const { body } = await service.request('GET', '/mail-preferences', { as: as(person, tenant) });
    return (body as Preferences).items.filter(({ mailed }) => !mailed).map(({ kind }) => kind);
  };
  const choose = (person: Person, body: unknown) =>
    service.request('PUT', '/mail-preferences', { as: as(person), body });

  it('is not mailed to him or her, and to others it is', async () => {
    const [quiet, other] = [somebody(), somebody()];
    const team = await teamOf(null, quiet, other);
    expect(await choose(quiet, { off: ['sla-warned'] })).toMatchObject({ status: 200 });
    expect(await chosen(quiet)).toEqual(['sla-warned']);
    expect(await chosen(quiet, 'globex')).toEqual([]);
    expect(await chosen(other)).toEqual([]);
    const ticket = ticketOf();
    const place = { ...ManagementNotified.example.place!, team };
    await send([
      ticket.opened(),
      ticket.record(SlaWarned({ ...SlaWarned.example, tell: [told('lead', null, team)] })),
      ticket.record(ManagementNotified({ ...ManagementNotified.example, place })),
    ]);
    await letGo(1);
    await arrived(other, 2);
    const [mail] = await arrived(quiet, 1);
    expect(mail).toContain('The board meets in an hour');
    await choose(quiet, { off: [] });
    expect(await chosen(quiet)).toEqual([]);
  });

  it('is for somebody of management to say who only reads here', async () => {
    const head = as(somebody(), 'acme', 'auditor');
    const off = ['stakeholders-updated'];
    expect(await service.request('PUT', '/mail-preferences', { as: head, body: { off } })).toMatchObject({
      status: 200,
      body: { items: expect.arrayContaining([{ kind: off[0], mailed: false, changeable: true }]) as unknown },
    });
  });

  it('cannot be what others depend on, nor what there is not', async () => {
    const person = somebody();
    expect(await choose(person, { off: ['stalled', 'major-declared'] })).toMatchObject({
      status: 422,
      body: { code: 'mail_needed', fields: [{ path: 'off.1' }] },
    });
    expect(await choose(person, { off: ['opened'] })).toMatchObject({ status: 400, body: { code: 'input_invalid' } });
    expect(await chosen(person)).toEqual([]);
    const requester = { subject: 'anna', roles: ['requester' as const], tenant: 'acme' };
    expect((await service.request('GET', '/mail-preferences', { as: requester })).status).toBe(403);
  });
});
