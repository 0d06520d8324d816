import { Controller, Get, Header, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAnyone } from './door.ts';
import { Figures } from './figures.ts';

/** One thing that has to hold for the service to answer, by name. */
export type Check = { readonly name: string; readonly passes: () => Promise<void> };

/** Whether this process should live, and whether it can answer. */
export class Health {
  private readonly checks: Check[] = [];
  private leaving = false;

  watch(check: Check): void {
    this.checks.push(check);
  }

  /** From now on: not ready, so that nobody sends new work. */
  leave(): void {
    this.leaving = true;
  }

  /** What holds and what does not, by name. */
  async state(): Promise<{ ready: boolean; checks: Record<string, string> }> {
    const checks: Record<string, string> = this.leaving ? { process: 'is stopping' } : {};
    await Promise.all(
      this.checks.map(async ({ name, passes }) => {
        checks[name] = await passes().then(
          () => 'ok',
          (error: Error) => error.message,
        );
      }),
    );
    return { ready: Object.values(checks).every((state) => state === 'ok'), checks };
  }
}

@ApiExcludeController()
@AllowAnyone()
@Controller()
export class OperationsController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(Figures) private readonly figures: Figures,
  ) {}

  @Get('health/live')
  live() {
    return { live: true };
  }

  @Get('health/ready')
  async ready(@Res() reply: FastifyReply) {
    const state = await this.health.state();
    return reply.status(state.ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE).send(state);
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics() {
    return this.figures.registry.metrics();
  }
}
