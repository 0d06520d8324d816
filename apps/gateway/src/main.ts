import { readConfig, serveUntilSignal } from '@tierline/service';
import { config } from './config.ts';
import { runGateway } from './gateway.ts';

await serveUntilSignal('gateway', () => runGateway(readConfig(config, process.env)));
