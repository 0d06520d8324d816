import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { presences } from '../domain/people.ts';
import { presenceOf, sayPresence } from '../presences.ts';

const PresenceBody = z.strictObject({ presence: z.enum(presences) }).meta({ example: { presence: 'present' } });

/** Whether agents are there, as they say it. */
@ApiTags('people')
@Controller()
export class PresenceController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get('me/presence')
  @Allow('ticket.work')
  @ApiOperation({ summary: 'What you last said; null when nothing, or when a shift of yours ended since.' })
  mine(@By() by: Caller) {
    return this.database.asTenant(by.tenant, (tx) => presenceOf(tx, by.tenant, by.subject));
  }

  @Put('me/presence')
  @Allow('ticket.work')
  @ApiOperation({
    summary: 'Say whether you are there.',
    description:
      '`present`: you are given work. `busy`: you are not, and may take some. `away`: neither. Until you say otherwise, ' +
      'or a shift of yours ends. Present off shift, you work longer, or earlier.',
  })
  @Refuses('agent_absent')
  async say(@By() by: Caller, @Body({ schema: PresenceBody }) { presence }: z.infer<typeof PresenceBody>) {
    const said = await this.commands.within({ by }, (tx) => sayPresence(tx, by.tenant, by.subject, presence));
    if (said) return said;
    throw new DomainError('agent_absent', `The desk has no agent ${by.subject}.`, 'refused');
  }
}
