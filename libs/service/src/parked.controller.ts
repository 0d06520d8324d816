import { Body, Controller, Get, HttpCode, Inject, Optional, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { DomainError, Text } from '@tierline/contracts';
import { Parked, Unsent } from '@tierline/messaging';
import { z } from 'zod';
import { Answers } from './answers.ts';
import { Allow, By } from './door.ts';
import { Refuses } from './refusals.ts';

const Direction = z.enum(['incoming', 'outgoing']);
const Place = z.strictObject({
  /** Records that this service could not take, or events of its own that Kafka did not take. */
  direction: Direction.default('incoming'),
  topic: z.string().min(1).max(200),
  key: z.string().min(1).max(400),
});
const example = { topic: 'tierline.tickets.v1', key: '019a0000-0000-7000-8000-000000000002' };
const Replay = Place.meta({ example });
const Discard = Place.extend({ reason: Text }).meta({ example: { ...example, reason: 'sent by a broken tool' } });

/** Admins of this tenant run the installation: they see the parked records of every tenant. */
export const operatorsTenant = 'platform';

const sightOf = ({ tenant }: Caller) => ({ tenant: tenant === operatorsTenant ? null : tenant });

@ApiTags('operations')
@Allow('operations.repair')
@Controller('operations/parked')
export class ParkedController {
  constructor(
    @Inject(Unsent) private readonly unsent: Unsent,
    @Optional() @Inject(Parked) private readonly parked?: Parked,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Keys whose records are set aside here, oldest first: incoming ones, then outgoing ones.',
  })
  @Answers({
    items: [
      {
        direction: 'incoming',
        ...example,
        tenant: 'acme',
        records: 2,
        reason: 'data.subject: is no text',
        type: 'tierline.ticket.opened.v1',
        parkedAt: '2026-01-05T09:30:00.000Z',
      },
    ],
  })
  async list(@By() caller: Caller) {
    const items = [];
    for (const direction of Direction.options)
      for (const item of (await this.at(direction)?.list(sightOf(caller))) ?? []) items.push({ direction, ...item });
    return { items };
  }

  @Get('records')
  @ApiOperation({ summary: 'The records of one parked key, as they came.' })
  @Answers({
    items: [
      {
        partition: 7,
        offset: '81234',
        type: 'tierline.ticket.opened.v1',
        reason: 'data.subject: is no text',
        headers: { ce_type: 'tierline.ticket.opened.v1', ce_tenant: 'acme', ce_subject: example.key },
        value: '{"subject":7}',
        parkedAt: '2026-01-05T09:30:00.000Z',
      },
    ],
  })
  @Refuses('parked_absent')
  async show(@Query({ schema: Place }) place: z.infer<typeof Place>, @By() caller: Caller) {
    return { items: await this.of(place).show(place, sightOf(caller)) };
  }

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Give the records of a key to the service (or to Kafka) again, in order; frees the key when all went through.',
    description:
      'Outgoing events are sent at the next round; what is refused again is listed again. Refuses with ' +
      'whatever the first record that fails again is refused with.',
  })
  @Answers({ replayed: 2 })
  @Refuses('parked_absent')
  replay(@Body({ schema: Replay }) place: z.infer<typeof Place>, @By() caller: Caller) {
    return this.of(place).replay(place, sightOf(caller));
  }

  @Post('discard')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take the first record of a key out of the way for good; it is kept aside with who and why.',
  })
  @Answers({ discarded: '81234' })
  @Refuses('parked_absent')
  discard(@Body({ schema: Discard }) { reason, ...place }: z.infer<typeof Discard>, @By() caller: Caller) {
    return this.of(place).discard(place, sightOf(caller), { actor: caller.actor, reason });
  }

  private at(direction: z.infer<typeof Direction>): Parked | Unsent | undefined {
    return direction === 'outgoing' ? this.unsent : this.parked;
  }

  private of({ direction, topic, key }: z.infer<typeof Place>): Parked | Unsent {
    const found = this.at(direction);
    if (!found) throw new DomainError('parked_absent', `No record of ${key} is parked here for ${topic}.`, 'absent');
    return found;
  }
}
