import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, Refuses } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { checkTarget } from '../domain/subscription.ts';
import { listSubscriptions, subscriptionOf } from '../queries.ts';
import { WebhookChannel } from '../sending/webhook.ts';
import { addSubscription, enableSubscription, removeSubscription, trySubscription } from '../subscriptions.ts';
import { NewSubscription, Nothing, SubscriptionQuery, deliveryExample, subscriptionExample } from './shapes.ts';

const onceBy = (by: Caller, key: string | undefined, body: unknown) => ({
  by,
  idempotency: key === undefined ? undefined : { key, body },
});

@ApiTags('subscriptions')
@Allow('subscription.manage')
@Controller('subscriptions')
export class SubscriptionsController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Database) private readonly database: Database,
    @Inject(WebhookChannel) private readonly webhooks: WebhookChannel,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Subscribe a webhook to ticket events',
    description:
      'Answers with the signing secret, which is shown this once. Each event is posted as CloudEvents 1.0 ' +
      'JSON, signed as Standard Webhooks says; any 2xx takes it. A ticket’s events come in order, at least ' +
      'once; drop repeats by webhook-id. Ten tries over about three days; after the last one, or an answer ' +
      '410, the subscription is disabled and everything waits until it is enabled again, 30 days at most.',
  })
  @Answers({ ...subscriptionExample, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' })
  @Refuses('target_insecure', 'target_forbidden', 'too_many_subscriptions')
  add(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @Body({ schema: NewSubscription }) wanted: NewSubscription,
  ) {
    checkTarget(this.webhooks.natureOf(wanted.url));
    const { url, types = null, description = null } = wanted;
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const unique = types && [...new Set(types)];
    return this.commands.within(onceBy(by, key, { add: wanted }), (tx) =>
      addSubscription(tx, by, { id: uuidv7(), url, types: unique, description, secret }),
    );
  }

  @Get()
  @ApiOperation({ summary: 'List the subscriptions, newest first' })
  @Answers({ items: [subscriptionExample], next: null })
  list(@By() { tenant }: Caller, @Query({ schema: SubscriptionQuery }) query: SubscriptionQuery) {
    return this.database.asTenant(tenant, (tx) => listSubscriptions(tx, query));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a subscription' })
  @Answers(subscriptionExample)
  @Refuses('subscription_absent')
  one(@By() { tenant }: Caller, @Param('id', { schema: z.uuid() }) id: string) {
    return this.database.asTenant(tenant, (tx) => subscriptionOf(tx, id));
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Delete a subscription with its deliveries',
    description: 'What waits for it is not sent any more.',
  })
  @Answers({ id: subscriptionExample.id, sequence: 4, state: 'deleted' })
  @Refuses('subscription_absent')
  remove(@By() by: Caller, @Param('id', { schema: z.uuid() }) id: string) {
    return this.commands.within({ by }, (tx) => removeSubscription(tx, id));
  }

  @Post(':id/enable')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Enable a disabled subscription',
    description: 'What waits, and what failed when it was disabled, goes out at once, in order.',
  })
  @Answers({ id: subscriptionExample.id, sequence: 4, state: 'enabled' })
  @Refuses('subscription_absent')
  enable(@By() by: Caller, @Param('id', { schema: z.uuid() }) id: string, @Body({ schema: Nothing }) _body: unknown) {
    return this.commands.within({ by }, (tx) => enableSubscription(tx, id));
  }

  @Post(':id/test')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Send a trial event to the target, once',
    description:
      'Works on a disabled subscription too. The outcome is in the list of deliveries, under the deliveryId' +
      ' of the answer.',
  })
  @Answers({ id: subscriptionExample.id, sequence: 4, state: 'enabled', deliveryId: deliveryExample.id })
  @Refuses('subscription_absent')
  test(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: Nothing }) _body: unknown,
  ) {
    const ids = { delivery: uuidv7(), event: uuidv7() };
    return this.commands.within(onceBy(by, key, { test: id }), (tx) => trySubscription(tx, id, by, ids));
  }
}
