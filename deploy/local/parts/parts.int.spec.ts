import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { Client } from 'pg';
import { createScratchDatabase, createServiceDatabases, findFreePort, services } from '../index.ts';
import { knowsABroker } from './kafka-probe.ts';
import { startKafka } from './kafka.ts';
import { startMail } from './mail.ts';
import { commandLine } from './orphan.ts';
import { startPostgres } from './postgres.ts';

const log = () => undefined;
// Own servers, also where the variables name existing ones.
const existing = '';

const query = async <R extends object>(url: string, sql: string): Promise<R[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
};

const isGone = async (pid: number): Promise<boolean> => (await commandLine(pid)) === '';

describe('the parts on this machine', () => {
  let folder: string;
  const started: { stop: () => Promise<void> }[] = [];
  const keep = async <P extends { stop: () => Promise<void> }>(starting: Promise<P>): Promise<P> => {
    const part = await starting;
    started.push(part);
    return part;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tierline-parts-'));
  });
  // Also after a failed expectation: a part that lives on would keep Jest from ending.
  afterEach(() => Promise.all(started.splice(0).map((part) => part.stop())));
  afterAll(() => rm(folder, { recursive: true }));

  it('PostgreSQL keeps what was committed when it is killed, and comes up again over an orphan', async () => {
    const start = async () =>
      startPostgres({ dataDir: join(folder, 'postgres'), port: await findFreePort(), log, existing });
    const first = await keep(start());
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(first.process!.pid, 'SIGKILL');
    const second = await keep(start());
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    const third = await keep(start());
    expect(await isGone(second.process!.pid)).toBe(true);
    expect(await query(third.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await third.stop();
    expect(await isGone(third.process!.pid)).toBe(true);
  });

  it('a service has a database and three roles without special rights, made once', async () => {
    const port = await findFreePort();
    const postgres = await keep(startPostgres({ dataDir: join(folder, 'roles'), port, log, existing }));
    const options = { adminUrl: postgres.url, passwordFile: join(folder, 'passwords.json') };
    const first = await createServiceDatabases(options);
    expect(await createServiceDatabases(options)).toEqual(first);
    expect(Object.keys(first)).toEqual([...services]);
    const powers = `SELECT DISTINCT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname ~ '^tierline_'`;
    expect(await query(postgres.url, powers)).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false },
    ]);
    await query(first.intake.ownerUrl, 'CREATE TABLE own ()');
    await expect(query(first.intake.appUrl, 'CREATE TABLE foreign_table ()')).rejects.toThrow('permission denied');
    const stranger = new URL(first.intake.appUrl);
    stranger.pathname = '/tierline_routing';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('permission denied for database');
    const scratch = await createScratchDatabase(postgres.url, 'scratch_a');
    expect(await query(scratch.workerUrl, 'SELECT current_user AS who')).toEqual([{ who: 'scratch_a_worker' }]);
    await scratch.drop();
    expect(await query(postgres.url, `SELECT rolname FROM pg_roles WHERE rolname ~ '^scratch_a'`)).toEqual([]);
  });

  it('Kafka comes up again after a kill, over an orphan, and says it is ready only with a live broker', async () => {
    const start = async () =>
      startKafka({
        dataDir: join(folder, 'kafka'),
        port: await findFreePort(),
        controllerPort: await findFreePort(),
        log,
        existing,
      });
    const answers = ({ brokers }: { brokers: string }) => knowsABroker('127.0.0.1', Number(brokers.split(':')[1]));
    const first = await keep(start());
    expect(await answers(first)).toBe(true);
    process.kill(first.process!.pid, 'SIGKILL');
    const second = await keep(start());
    expect(await answers(second)).toBe(true);
    const third = await keep(start());
    expect(await isGone(second.process!.pid)).toBe(true);
    await third.stop();
    expect(await answers(third)).toBe(false);
  }, 180_000);

  it('mail that is sent can be read by HTTP', async () => {
    const [smtpPort, imapPort, apiPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const mail = await keep(startMail({ smtpPort, imapPort, apiPort, log, existing, dataDir: join(folder, 'mail') }));
    const transport = createTransport(mail.smtpUrl);
    await transport.sendMail({ from: 'desk@tierline.local', to: 'anna@acme.example', subject: 'Hello', text: 'Hi' });
    transport.close();
    const inbox = await fetch(`${mail.apiUrl}/api/user/anna@acme.example/messages/INBOX`);
    expect(await inbox.json()).toMatchObject([{ subject: 'Hello' }]);
  });

  it('an existing part that does not answer is named by its variable', async () => {
    const nowhere = `127.0.0.1:${await findFreePort()}`;
    const dataDir = join(folder, 'unused');
    await expect(startPostgres({ dataDir, port: 1, log, existing: `postgres://${nowhere}/x` })).rejects.toThrow(
      'TIERLINE_POSTGRES_URL',
    );
    await expect(startKafka({ dataDir, port: 1, controllerPort: 2, log, existing: nowhere })).rejects.toThrow(
      'TIERLINE_KAFKA_BROKERS',
    );
    await expect(startMail({ smtpPort: 1, imapPort: 2, log, existing: `smtp://${nowhere}` })).rejects.toThrow(
      'TIERLINE_SMTP_URL',
    );
  });
});
