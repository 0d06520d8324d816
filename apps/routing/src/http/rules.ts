import { Body, Controller, Get, HttpCode, Inject, Post, Put } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import {
  Channel,
  DomainError,
  Impact,
  Line,
  PersonId,
  Priority,
  Slug,
  Text,
  TicketType,
  Urgency,
} from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, By, SeenSequence } from '@tierline/service';
import { z } from 'zod';
import { deskOf } from '../desk-copy.ts';
import { decideEntry } from '../domain/decision.ts';
import type { Rule } from '../domain/desk.ts';
import { readRules, replaceRules } from '../rule-set.ts';

const Conditions = z.strictObject({
  category: Slug.optional(),
  channel: Channel.optional(),
  impact: Impact.optional(),
  urgency: Urgency.optional(),
  organisation: Line.optional(),
  requesterId: PersonId.optional(),
  keywords: z.array(z.string().trim().min(1).max(100)).min(1).max(50).optional(),
});
const Result = z
  .strictObject({
    tier: Slug.optional(),
    queue: Slug.optional(),
    priority: Priority.optional(),
    type: TicketType.optional(),
  })
  .refine((then) => Object.values(then).some((value) => value !== undefined), {
    error: 'name at least one of tier, queue, priority and type',
  });
const OneRule = z.strictObject({
  name: Line,
  when: Conditions.default({}),
  then: Result,
  enabled: z.boolean().default(true),
}) satisfies z.ZodType<Rule>;
const Rules = z.strictObject({ rules: z.array(OneRule).max(500) });

const Sample = z.strictObject({
  category: Slug.optional(),
  channel: Channel.default('web'),
  impact: Impact.default('low'),
  urgency: Urgency.default('medium'),
  organisation: Line.optional(),
  requesterId: PersonId.optional(),
  subject: Line.optional(),
  description: Text.optional(),
  rules: z.array(OneRule).max(500).optional(),
});
type Sample = z.output<typeof Sample>;

const factsOf = ({ rules: _, ...sample }: Sample) => ({
  ...sample,
  category: sample.category ?? null,
  organisation: sample.organisation ?? null,
  requesterId: sample.requesterId ?? null,
  subject: sample.subject ?? '',
  description: sample.description ?? '',
});

@Controller()
export class RulesController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get('rules')
  @Allow('desk.read')
  @ApiOperation({
    summary: 'Read the routing rules, in the order in which they are tried',
    description: '`sequence` is what `If-Match` expects of the next change; 0 before the first rules.',
  })
  read(@By() { tenant }: Caller) {
    return this.database.asTenant(tenant, (tx) => readRules(tx, tenant));
  }

  @Put('rules')
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Replace all routing rules',
    description:
      'Tried in order; each matching rule sets what no earlier one has set. All or nothing; the same rules again change ' +
      'nothing. Errors: `input_invalid` 400 · `changed_meanwhile` 409 · `rule_place_unknown` 422 (each rule by path).',
  })
  replace(
    @By() caller: Caller,
    @Body({ schema: Rules }) { rules }: z.output<typeof Rules>,
    @SeenSequence() expected: number | undefined,
  ) {
    return this.commands.within({ by: caller }, (tx) => replaceRules(tx, caller, rules, expected));
  }

  @Post('simulate')
  @HttpCode(200)
  @Allow('desk.read')
  @ApiOperation({
    summary: 'Ask where a ticket would go, and why',
    description:
      'Nothing is stored. With `rules` the draft is tried instead of the rules in force. ' +
      'Errors: `input_invalid` 400 · `desk_unknown` 422.',
  })
  simulate(@By() { tenant }: Caller, @Body({ schema: Sample }) sample: Sample) {
    return this.database.asTenant(tenant, async (tx) => {
      const desk = await deskOf(tx, tenant);
      const decision = decideEntry(factsOf(sample), { ...desk, rules: sample.rules ?? desk.rules });
      if (!decision) throw new DomainError('desk_unknown', 'No tier of your desk is known yet: tickets would wait.');
      return decision;
    });
  }
}
