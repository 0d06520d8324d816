import { AgentChanged, QueueUnserved, SlaWarned, TeamChanged, type Fact, type Told } from '@tierline/contracts';
import { eventually, recordOf, send, startUnderTest, testParts, type ServiceUnderTest } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from './app.module.ts';
import * as story from './testing/story.ts';

let service: ServiceUnderTest;

beforeAll(async () => {
  service = await startUnderTest(notifications, {
    SMTP_URL: testParts().smtpUrl,
    MAIL_FROM: 'Acme help desk <desk@acme.example>',
  });
});
afterAll(() => service?.stop());

const sendAbout = (subject: string, fact: Fact) => send([recordOf(service.prefix, fact, { subject })]);
const rows = (sql: string, value: string) => service.database.query(sql, [value]);

it('tells of a queue that nobody will serve who leads its team, beside what was found of tickets', async () => {
  const { personId, name, email } = story.somebody();
  const team = `t-${uuidv7()}`;
  await sendAbout(`acme/team/${team}`, TeamChanged({ team, name: team, lead: personId }));
  await sendAbout(`acme/agent/${personId}`, AgentChanged({ agentId: personId, name, email, teams: [team] }));
  await eventually(async () => {
    const sql = 'SELECT 1 FROM agent_team WHERE $1 = ANY(teams) UNION ALL SELECT 1 FROM team WHERE team = $1';
    expect(await rows(sql, team)).toHaveLength(2);
  });
  const tell: Told[] = [{ who: 'lead', agentId: null, team, notBefore: '2026-01-05T08:00:00.000Z' }];
  const ticket = story.ticketOf((fact, envelope) => recordOf(service.prefix, fact, envelope), 'anna.berg');
  await send([ticket.opened(), ticket.record(SlaWarned({ ...SlaWarned.example, tell }))]);
  await sendAbout(`acme/queue-service/${team}`, QueueUnserved({ ...QueueUnserved.example, team, tell }));
  await eventually(async () =>
    expect(await rows(`SELECT 1 FROM delivery WHERE channel = 'staff' AND person_id = $1`, personId)).toHaveLength(2),
  );
  await service.database.query(`UPDATE lane SET next_attempt_at = now() WHERE stream = 'staff'`);
  const mail = await eventually(async () => {
    const mails = await story.mailsOf(testParts().mailApiUrl, email);
    expect(mails).toHaveLength(1);
    return mails[0]!;
  });
  expect(mail).toContain('Nobody will serve the queue Network; 1 ticket needs a look: T-1042');
  expect(mail).toContain('nils.net is away until');
  expect(mail).toContain('75 % of the time');
});
