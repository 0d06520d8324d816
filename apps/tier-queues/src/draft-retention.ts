import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import { forgetDrafts } from './drafts.ts';

const interval = 10 * 60 * 1_000;

/** Forgets, now and then, the drafts that nobody can have back any more. */
@Injectable()
export class DraftRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds = new Rounds(new Logger('drafts'), async () => {
    await forgetDrafts(this.database);
    return interval;
  });

  constructor(@Inject(Database) private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.rounds.stop();
  }
}
