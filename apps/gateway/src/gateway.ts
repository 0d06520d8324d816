import { Figures, Health, OperationsController, createHttpApp, createLog, type Stoppable } from '@tierline/service';
import { upstreamsOf, type Config } from './config.ts';
import { EventCatalogue, GatewayController } from './http.ts';
import { proxyServices } from './proxy.ts';
import { StatusReader } from './status/status.ts';

class GatewayModule {}

export type RunningGateway = Stoppable & { port: number };

/** Runs the gateway with this configuration; the caller ends it. */
export const runGateway = async (config: Config): Promise<RunningGateway> => {
  const log = createLog('gateway', config.LOG_LEVEL);
  const figures = new Figures();
  const health = new Health();
  const upstreams = upstreamsOf(config);
  const app = await createHttpApp({
    name: 'gateway',
    config,
    log,
    figures,
    module: {
      module: GatewayModule,
      controllers: [GatewayController, OperationsController],
      providers: [
        { provide: Figures, useValue: figures },
        { provide: Health, useValue: health },
        { provide: StatusReader, useValue: new StatusReader(upstreams) },
        { provide: EventCatalogue, useValue: new EventCatalogue(config.TOPIC_PREFIX) },
      ],
    },
  });
  // Before the proxies, so that their failures are told as all others are.
  await app.init();
  await proxyServices(app, upstreams, config.SERVICE_TIMEOUT_SECONDS);
  await app.listen({ port: config.PORT, host: config.HOST });
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address ? address.port : config.PORT;
  log.info({ port }, 'serving');
  return {
    port,
    stop: async () => {
      health.leave();
      await app.close();
      log.info('stopped');
    },
  };
};
