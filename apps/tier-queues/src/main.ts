import { startService } from '@tierline/service';
import { tierQueues } from './app.module.ts';

await startService(tierQueues);
