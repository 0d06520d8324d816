import { startService } from '@tierline/service';
import { notifications } from './app.module.ts';

await startService(notifications);
