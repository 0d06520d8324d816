import { AbsenceChanged, AbsencesSaid, AgentChanged, DeskPartRemoved, type Fact } from '@tierline/contracts';
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

let sequence = 0;
const sendAbout = (subject: string, fact: Fact) =>
  send([recordOf(service.prefix, fact, { subject, sequence: (sequence += 1) })]);

it('tells a deputy once for whom to stand in, and when', async () => {
  const [deputy, away] = [story.somebody(), `lea-${uuidv7()}`];
  const { personId, name, email } = deputy;
  await sendAbout(`acme/agent/${personId}`, AgentChanged({ agentId: personId, name, email, teams: [] }));
  await sendAbout(`acme/agent/${away}`, AgentChanged({ agentId: away, name: 'Lea Fischer', teams: [] }));
  await eventually(async () => {
    const sql = 'SELECT 1 FROM agent_team WHERE agent_id = ANY($1::text[])';
    expect(await service.database.query(sql, [[personId, away]])).toHaveLength(2);
  });
  const items = [{ from: '2098-12-21', until: '2099-01-03', deputy: personId }];
  const said = AbsencesSaid({ personId: away, saidBy: `agent:${away}`, items });
  for (let times = 0; times < 2; times += 1) await sendAbout(`acme/said-absence/${away}`, said);
  const later = AbsencesSaid({ ...said.data, items: [{ ...items[0]!, until: '2099-01-10' }] });
  await sendAbout(`acme/said-absence/${away}`, later);
  await eventually(async () =>
    expect(await service.database.query(`SELECT 1 FROM delivery WHERE person_id = $1`, [personId])).toHaveLength(2),
  );
  await service.database.query(`UPDATE lane SET next_attempt_at = now() WHERE stream = 'staff'`);
  const mail = await eventually(async () => {
    const mails = await story.mailsOf(testParts().mailApiUrl, email);
    expect(mails).toHaveLength(1);
    return mails[0]!;
  });
  expect(mail).toContain('You stand in for Lea Fischer from 2098-12-21 to 2099-01-03');
  expect(mail).toContain('to 2099-01-10');
});

it('tells a deputy that it is withdrawn, unless another says it too, and when it is said again', async () => {
  const { personId: deputy } = story.somebody();
  const away = `lea-${uuidv7()}`;
  const [item, id] = [{ from: '2098-12-21', until: '2099-01-03', deputy }, `${away}:2098-12-21`];
  const say = (...items: object[]) =>
    sendAbout(
      `acme/said-absence/${away}`,
      AbsencesSaid({ personId: away, saidBy: `agent:${away}`, items: items as (typeof item)[] }),
    );
  const titles = async () => {
    const sql = 'SELECT body, event_type AS type FROM delivery WHERE person_id = $1 ORDER BY place';
    const rows = await service.database.query<{ body: string; type: string }>(sql, [deputy]);
    return rows.map(({ body, type }) => [(JSON.parse(body) as { title: string }).title.slice(0, 20), type]);
  };
  const told = async (...expected: string[][]) => eventually(async () => expect(await titles()).toEqual(expected));
  const [standIn, noLonger] = [`You stand in for ${away}`.slice(0, 20), 'You no longer stand '];
  await say(item);
  await told([standIn, AbsencesSaid.type]);
  await sendAbout(`acme/absence/${id}`, AbsenceChanged({ personId: away, ...item }));
  await eventually(async () =>
    expect(await service.database.query('SELECT 1 FROM deputy_told WHERE person_id = $1', [away])).toHaveLength(2),
  );
  await say();
  await eventually(async () =>
    expect(
      await service.database.query(`SELECT 1 FROM deputy_told WHERE person_id = $1 AND items = '[]'`, [away]),
    ).toHaveLength(1),
  );
  await sendAbout(`acme/absence/${id}`, DeskPartRemoved({ kind: 'absence', id }));
  await told([standIn, AbsencesSaid.type], [noLonger, AbsenceChanged.type]);
  await say(item);
  await told([standIn, AbsencesSaid.type], [noLonger, AbsenceChanged.type], [standIn, AbsencesSaid.type]);
});
