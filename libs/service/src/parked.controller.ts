import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Text } from '@tierline/contracts';
import { Parked } from '@tierline/messaging';
import { z } from 'zod';
import { Allow, By } from './door.ts';

const Place = z.strictObject({ topic: z.string().min(1).max(200), key: z.string().min(1).max(400) });
const Discard = Place.extend({ reason: Text });

/** Admins of this tenant run the installation: they see the parked records of every tenant. */
export const operatorsTenant = 'platform';

const sightOf = ({ tenant }: Caller) => ({ tenant: tenant === operatorsTenant ? null : tenant });

@ApiTags('operations')
@Allow('operations.repair')
@Controller('operations/parked')
export class ParkedController {
  constructor(@Inject(Parked) private readonly parked: Parked) {}

  @Get()
  @ApiOperation({ summary: 'Keys whose records are set aside here, oldest first.' })
  async list(@By() caller: Caller) {
    return { items: await this.parked.list(sightOf(caller)) };
  }

  @Get('records')
  @ApiOperation({ summary: 'The records of one parked key, as they came.', description: 'Errors: parked_absent.' })
  async show(@Query({ schema: Place }) place: z.infer<typeof Place>, @By() caller: Caller) {
    return { items: await this.parked.show(place, sightOf(caller)) };
  }

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give the records of a key to the service again, in order; frees the key when all went through.',
    description: 'Errors: parked_absent, and whatever the first record that fails again is refused with.',
  })
  replay(@Body({ schema: Place }) place: z.infer<typeof Place>, @By() caller: Caller) {
    return this.parked.replay(place, sightOf(caller));
  }

  @Post('discard')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take the first record of a key out of the way for good; it is kept aside with who and why.',
    description: 'Errors: parked_absent.',
  })
  discard(@Body({ schema: Discard }) { reason, ...place }: z.infer<typeof Discard>, @By() caller: Caller) {
    return this.parked.discard(place, sightOf(caller), { actor: caller.actor, reason });
  }
}
