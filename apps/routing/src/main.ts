import { startService } from '@tierline/service';
import { routing } from './app.module.ts';

await startService(routing);
