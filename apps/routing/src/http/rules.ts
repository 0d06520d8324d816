import { Body, Controller, Get, HttpCode, Inject, Post, Put } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import {
  Channel,
  DomainError,
  Impact,
  Line,
  PersonId,
  RuleConditions,
  RuleOutcome,
  RulePart,
  Slug,
  Text,
  Urgency,
} from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, SeenSequence, Refuses } from '@tierline/service';
import { z } from 'zod';
import { surroundingsOf } from '../desks.ts';
import { decideEntry } from '../domain/decision.ts';
import { readRules, replaceRules } from '../rule-set.ts';
import { ruleExample } from './desk-examples.ts';

const OneRule = z.strictObject({
  ...RulePart.shape,
  when: z.strictObject(RuleConditions.shape).default({}),
  then: z.strictObject(RuleOutcome.shape).superRefine((then, context) => {
    if (Object.values(then).some((value) => value !== undefined)) return;
    context.addIssue({ code: 'custom', message: 'name at least one thing that it sets' });
  }),
});
/** A draft of rules. */
export const RuleList = z.array(OneRule).max(500);
const Rules = z.strictObject({ rules: RuleList, why: Line.optional() }).meta({
  example: {
    rules: [ruleExample],
    why: 'The service desk cannot reach the mail servers.',
  },
});

const Sample = z
  .strictObject({
    category: Slug.optional(),
    channel: Channel.default('web'),
    impact: Impact.default('low'),
    urgency: Urgency.default('medium'),
    organisation: Line.optional(),
    requesterId: PersonId.optional(),
    subject: Line.optional(),
    description: Text.optional(),
    rules: RuleList.optional(),
    /** When the ticket would be opened; now, unless it is said. */
    at: z.iso.datetime().optional(),
  })
  .meta({
    example: { category: 'email-account', impact: 'low', urgency: 'medium', subject: 'Outlook asks for my password' },
  });
type Sample = z.output<typeof Sample>;

const rulesAnswer = {
  sequence: 4,
  changedAt: '2026-01-05T09:30:00.000Z',
  changedBy: 'user:lea.lead',
  rules: [ruleExample],
};

const factsOf = ({ rules: _rules, at: _at, ...sample }: Sample) => ({
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
  @Allow('desk.review')
  @ApiOperation({
    summary: 'Read the routing rules, in the order in which they are tried',
    description: '`sequence` is what `If-Match` expects of the next change; 0 before the first rules.',
  })
  @Answers(rulesAnswer)
  read(@By() { tenant }: Caller) {
    return this.database.asTenant(tenant, (tx) => readRules(tx, tenant));
  }

  @Put('rules')
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Replace all routing rules',
    description:
      'Tried in order; each matching rule sets what no earlier one has set. All or nothing; the same rules ' +
      'again change nothing.',
  })
  @Answers(rulesAnswer)
  @Refuses('rule_place_unknown')
  replace(
    @By() caller: Caller,
    @Body({ schema: Rules }) { rules, why }: z.output<typeof Rules>,
    @SeenSequence() expected: number | undefined,
  ) {
    return this.commands.within({ by: caller }, (tx) =>
      replaceRules(tx, caller, { rules, why: why ?? null, expected }),
    );
  }

  @Post('simulate')
  @HttpCode(200)
  @Allow('desk.review')
  @ApiOperation({
    summary: 'Ask where a ticket would go, and why',
    description: 'Nothing is stored. With `rules` the draft is tried instead of the rules in force.',
  })
  @Answers({
    type: 'incident',
    priority: 'P3',
    tier: 'tier-2',
    queue: 'messaging',
    fallback: false,
    explanation: [
      { rule: 'matrix', matched: true, why: 'impact low × urgency medium gives P3' },
      { rule: 'mail servers', matched: true, why: 'the subject has outlook; it sends it to messaging of tier-2' },
    ],
  })
  @Refuses('desk_unknown')
  simulate(@By() { tenant }: Caller, @Body({ schema: Sample }) sample: Sample) {
    return this.database.asTenant(tenant, async (tx) => {
      const around = (await surroundingsOf(tx, [tenant], sample.rules)).get(tenant)!;
      const decision = decideEntry({ ticket: factsOf(sample), at: sample.at ?? tx.now }, around);
      if (!decision) throw new DomainError('desk_unknown', 'No tier of your desk is known yet: tickets would wait.');
      return decision;
    });
  }
}
