import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { mailPreferences, switchOff } from '../mail-preferences.ts';
import { NewMailPreferences } from './shapes.ts';

@ApiTags('mail preferences')
@Allow('mail-preference.own')
@Controller('mail-preferences')
export class MailPreferencesController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Of which kinds of events the desk mails you.',
    description:
      'A kind is the one in the event’s type, `tierline.ticket.<kind>.v1`. All are mailed unless you switch them off.',
  })
  @Answers({ items: [{ kind: 'sla-warned', mailed: true, changeable: true }], next: null })
  async list(@By() by: Caller) {
    return { items: await this.database.asTenant(by.tenant, (tx) => mailPreferences(tx, by)), next: null };
  }

  @Put()
  @ApiOperation({
    summary: 'Switch mails to you off, by kind.',
    description:
      'What is not named is on again. Holds for what happens from now on; mails that wait already still come. Those of ' +
      'a kind that is not `changeable` cannot be switched off.',
  })
  @Answers({ items: [{ kind: 'sla-warned', mailed: false, changeable: true }], next: null })
  @Refuses('mail_needed')
  async put(@By() by: Caller, @Body({ schema: NewMailPreferences }) { off }: NewMailPreferences) {
    return { items: await this.commands.within({ by }, (tx) => switchOff(tx, by, off)), next: null };
  }
}
