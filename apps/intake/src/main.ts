import { startService } from '@tierline/service';
import { intake } from './app.module.ts';

await startService(intake);
