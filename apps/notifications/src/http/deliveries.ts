import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { listDeliveries } from '../queries.ts';
import { retryDelivery } from '../subscriptions.ts';
import { DeliveryQuery, Nothing, deliveryExample, subscriptionExample } from './shapes.ts';

@ApiTags('deliveries')
@Allow('subscription.manage')
@Controller('subscriptions/:id/deliveries')
export class DeliveriesController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List the deliveries of a subscription, newest first',
    description:
      'With attempts, last status and next attempt; next attempt is null while a delivery waits behind an ' +
      'earlier one of its ticket or the subscription is disabled. Kept for 30 days.',
  })
  @Answers({ items: [deliveryExample], next: null })
  @Refuses('subscription_absent')
  list(
    @By() { tenant }: Caller,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: DeliveryQuery }) query: DeliveryQuery,
  ) {
    return this.database.asTenant(tenant, (tx) => listDeliveries(tx, id, query));
  }

  @Post(':deliveryId/retry')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Send a delivery again, now',
    description: 'Also one that was sent: the target drops the repeat by webhook-id.',
  })
  @Answers({ id: subscriptionExample.id, sequence: 4, state: 'enabled', deliveryId: deliveryExample.id })
  @Refuses('subscription_absent', 'delivery_absent', 'subscription_disabled')
  retry(
    @By() by: Caller,
    @Param('id', { schema: z.uuid() }) id: string,
    @Param('deliveryId', { schema: z.uuid() }) deliveryId: string,
    @Body({ schema: Nothing }) _body: unknown,
  ) {
    return this.commands.within({ by }, (tx) => retryDelivery(tx, id, deliveryId));
  }
}
