import { Body, Controller, Get, Inject, Post } from '@nestjs/common';
import { NoteAdded, RequesterReplied, type EventOf } from '@tierline/contracts';
import { On, consumerMigrations, publisherMigrations, type Batch } from '@tierline/messaging';
import { Database, idempotencyMigrations } from '@tierline/persistence';
import {
  eventually,
  freshName,
  recordOf,
  send,
  startUnderTest,
  testParts,
  type ServiceUnderTest,
} from '@tierline/testing';
import { SignJWT, generateKeyPair } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Allow, By, baseConfig, type ServiceDescription } from './index.ts';

const Greeting = z.strictObject({
  name: z.string().min(1).max(20),
  place: z.strictObject({ city: z.string() }).optional(),
});

/** Takes requesters' messages; breaks on the word "poison" until it is told to be brave. */
const taken: { subject: string; text: string }[] = [];
let brave = false;
const notes: Batch<EventOf<typeof RequesterReplied>> = {
  run: async (_tx, events) => {
    for (const { subject, data } of events) {
      if (data.text === 'poison' && !brave) throw new TypeError('cannot digest poison');
      taken.push({ subject, text: data.text });
    }
  },
};

@Controller()
class GreetingController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Allow('ticket.work')
  @Post('greetings')
  greet(@Body({ schema: Greeting }) { name }: z.infer<typeof Greeting>, @By() caller: { tenant: string }) {
    return { hello: name, tenant: caller.tenant };
  }

  @Allow('ticket.work')
  @Get('failure')
  fail(): never {
    throw new Error('the secret is 1234');
  }

  @Allow('ticket.work')
  @Get('slow')
  slow() {
    return this.database.query('SELECT pg_sleep(1)');
  }

  @Get('unmarked')
  unmarked() {
    return 'nobody should read this';
  }

  @On(RequesterReplied)
  replied(event: EventOf<typeof RequesterReplied>) {
    return { batch: notes as Batch<unknown>, work: event };
  }
}

const greeter: ServiceDescription<z.infer<typeof baseConfig>> = {
  name: 'greeter',
  config: baseConfig,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations],
  module: () => ({ controllers: [GreetingController] }),
  listens: 'at-once',
};

const agent = { subject: 'kim', roles: ['agent'] } as const;
const admin = { subject: 'omar', roles: ['admin'] } as const;
let service: ServiceUnderTest;

beforeAll(async () => {
  service = await startUnderTest(greeter);
});
afterAll(() => service.stop());

describe('the door', () => {
  const signed = async (alg: string, change: (jwt: SignJWT) => SignJWT) => {
    const { privateKey } = await generateKeyPair(alg);
    const jwt = new SignJWT({ tenant: 'acme', roles: ['agent'] }).setProtectedHeader({ alg }).setSubject('kim');
    return change(jwt).sign(privateKey);
  };
  const greet = (authorization?: string) =>
    service.request('POST', '/greetings', { body: { name: 'x' }, headers: authorization ? { authorization } : {} });

  it('lets a token of the trusted issuer in, with its tenant', async () => {
    const answer = await service.request('POST', '/greetings', { as: agent, body: { name: 'Ada' } });
    expect(answer).toMatchObject({ status: 201, body: { hello: 'Ada', tenant: 'acme' } });
  });

  it('refuses no token, nonsense, a foreign key, and an unsigned token', async () => {
    const { issuer } = testParts();
    const foreign = await signed('EdDSA', (jwt) =>
      jwt.setIssuer(issuer).setAudience('tierline').setExpirationTime('1h'),
    );
    const claims = Buffer.from(
      JSON.stringify({ iss: issuer, aud: 'tierline', sub: 'kim', tenant: 'acme', roles: ['admin'], exp: 9e9 }),
    );
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims.toString('base64url')}.`;
    expect(await greet()).toMatchObject({ status: 401, body: { code: 'token_missing' } });
    for (const token of ['nonsense', foreign, unsigned])
      expect(await greet(`Bearer ${token}`)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });

  it('refuses a role that may not, and a route that nobody marked', async () => {
    const requester = { subject: 'anna', roles: ['requester'] } as const;
    expect(await service.request('POST', '/greetings', { as: requester, body: { name: 'x' } })).toMatchObject({
      status: 403,
      body: { code: 'not_allowed' },
    });
    expect(await service.request('GET', '/unmarked', { as: agent })).toMatchObject({ status: 403 });
  });

  it('refuses a token without a tenant', async () => {
    const answer = await service.request('POST', '/greetings', { as: { ...agent, tenant: '' }, body: { name: 'x' } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_claims' } });
  });
});

describe('problems', () => {
  const post = (body: unknown, headers = {}) => service.request('POST', '/greetings', { as: agent, body, headers });

  it('names each field that is missing, wrong or unknown, nested ones by their path', async () => {
    const answer = await post({ place: { street: 'x' }, colour: 'red' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'input_invalid', status: 400 } });
    const { fields } = answer.body as { fields: { path: string }[] };
    expect(fields.map(({ path }) => path).sort()).toEqual(['colour', 'name', 'place.city', 'place.street']);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('answers malformed JSON, another format, a huge body and an unknown route each with its own code', async () => {
    expect(await post('{"name":')).toMatchObject({ status: 400, body: { code: 'request_malformed' } });
    expect(await post('a=b', { 'content-type': 'text/csv' })).toMatchObject({ status: 415 });
    expect(await post({ name: 'x'.repeat(10_000_000) })).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
    expect(await service.request('GET', '/nowhere', { as: agent })).toMatchObject({
      status: 404,
      body: { code: 'route_absent' },
    });
  });

  it('keeps the inside of an unexpected failure to itself and gives the correlation id', async () => {
    const answer = await service.request('GET', '/failure', {
      as: agent,
      headers: { 'x-correlation-id': 'find-me-1234' },
    });
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal', correlationId: 'find-me-1234' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });
});

describe('operations', () => {
  it('says that it lives, that it is ready, what it counts and what it offers, to anyone', async () => {
    expect(await service.request('GET', '/health/live')).toMatchObject({ status: 200 });
    await eventually(async () =>
      expect(await service.request('GET', '/health/ready')).toMatchObject({ status: 200, body: { ready: true } }),
    );
    const metrics = await service.request('GET', '/metrics');
    expect(metrics.body).toMatch(/tierline_outbox_rows 0/);
    expect(metrics.body).toMatch(/tierline_parked_messages \d/);
    const document = await service.request('GET', '/openapi.json');
    expect(document.body).toMatchObject({ paths: { '/greetings': { post: {} } } });
  });

  it('finishes what it was asked before it stops', async () => {
    const slow = service.request('GET', '/slow', { as: agent });
    const asked = `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(1)' AND datname = current_database()`;
    await eventually(async () => expect(await service.database.query(asked)).toHaveLength(1));
    await service.restart();
    expect(await slow).toMatchObject({ status: 200 });
  });
});

describe('parked records', () => {
  const place = () => `topic=${service.prefix}.tickets.v1`;
  const reply = (text: string) => RequesterReplied({ messageId: uuidv7(), text });

  it('are listed with their reason, shown, given again in order once the cause is gone', async () => {
    const subject = freshName('ticket');
    await send(['poison', 'behind'].map((text) => recordOf(service.prefix, reply(text), { subject })));
    const list = () => service.request('GET', '/operations/parked', { as: admin });
    await eventually(async () =>
      expect((await list()).body).toMatchObject({
        items: [{ key: subject, records: 2, reason: 'TypeError: cannot digest poison', tenant: 'acme' }],
      }),
    );
    const shown = await service.request('GET', `/operations/parked/records?${place()}&key=${subject}`, { as: admin });
    expect(shown.body).toMatchObject({ items: [{ value: expect.stringContaining('poison') }, {}] });
    const replay = () =>
      service.request('POST', '/operations/parked/replay', {
        as: admin,
        body: { topic: `${service.prefix}.tickets.v1`, key: subject },
      });
    expect((await replay()).status).toBe(500);
    brave = true;
    expect(await replay()).toMatchObject({ status: 200, body: { replayed: 2 } });
    expect(taken.filter((note) => note.subject === subject).map(({ text }) => text)).toEqual(['poison', 'behind']);
    expect((await list()).body).toEqual({ items: [] });
    brave = false;
  });

  it('can be discarded with a reason, which is kept', async () => {
    const subject = freshName('ticket');
    const broken = { ...recordOf(service.prefix, reply('x'), { subject }), value: 'no json' };
    await send([broken, recordOf(service.prefix, reply('fine'), { subject })]);
    const body = { topic: `${service.prefix}.tickets.v1`, key: subject };
    const ask = (path: string, more = {}) =>
      service.request('POST', `/operations/parked/${path}`, { as: admin, body: { ...body, ...more } });
    await eventually(async () => expect((await ask('discard', { reason: 'sent by a broken tool' })).status).toBe(200));
    await eventually(async () => expect(await ask('replay')).toMatchObject({ status: 200, body: { replayed: 1 } }));
    expect(
      await service.database.query('SELECT discarded_by, discard_reason FROM parked_discard WHERE key = $1', [subject]),
    ).toEqual([{ discarded_by: 'agent:omar', discard_reason: 'sent by a broken tool' }]);
  });

  it('of another tenant are not there', async () => {
    const subject = freshName('ticket');
    await send([
      {
        ...recordOf(service.prefix, NoteAdded(NoteAdded.example), { subject }),
        value: '{}',
        headers: { ...recordOf(service.prefix, reply('x'), { subject }).headers },
      },
    ]);
    await eventually(async () =>
      expect(await service.database.query('SELECT 1 FROM parked_key WHERE key = $1', [subject])).toHaveLength(1),
    );
    const stranger = { ...admin, tenant: 'other' };
    expect((await service.request('GET', '/operations/parked', { as: stranger })).body).toEqual({ items: [] });
    const body = { topic: `${service.prefix}.tickets.v1`, key: subject };
    expect(await service.request('POST', '/operations/parked/replay', { as: stranger, body })).toMatchObject({
      status: 404,
      body: { code: 'parked_absent' },
    });
    expect(await service.request('POST', '/operations/parked/replay', { as: agent, body })).toMatchObject({
      status: 403,
    });
  });
});
