import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '@tierline/persistence';
import { forgetDrafts } from './drafts.ts';

const interval = 10 * 60 * 1_000;

/** Forgets, now and then, the drafts that nobody can have back any more. */
@Injectable()
export class DraftRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('drafts');
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(Database) private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      forgetDrafts(this.database).catch((error: Error) => this.log.warn(error));
    }, interval);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
