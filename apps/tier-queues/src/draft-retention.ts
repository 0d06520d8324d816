import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import { forgetDrafts } from './drafts.ts';

const interval = 10 * 60 * 1_000;

/** Forgets, now and then, the drafts that nobody can have back any more. */
@Injectable()
export class DraftRetention extends Rounds {
  constructor(@Inject(Database) private readonly database: Database) {
    super(new Logger('drafts'));
  }

  protected async round(): Promise<number> {
    await forgetDrafts(this.database);
    return interval;
  }
}
