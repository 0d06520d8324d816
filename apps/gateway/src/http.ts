import { All, Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { DomainError, asyncApi } from '@tierline/contracts';
import { AllowAnyone } from '@tierline/service';
import { contentSecurityPolicy, pageOf } from './status/page.ts';
import { StatusReader } from './status/status.ts';

/** The AsyncAPI document of all events under this installation's topic prefix. */
export class EventCatalogue {
  readonly document: ReturnType<typeof asyncApi>;

  constructor(topicPrefix: string) {
    this.document = asyncApi(topicPrefix);
  }
}

@ApiExcludeController()
@AllowAnyone()
@Controller()
export class GatewayController {
  constructor(
    @Inject(StatusReader) private readonly statuses: StatusReader,
    @Inject(EventCatalogue) private readonly catalogue: EventCatalogue,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', contentSecurityPolicy)
  @Header('x-content-type-options', 'nosniff')
  @Header('x-frame-options', 'DENY')
  @Header('referrer-policy', 'no-referrer')
  @Header('cache-control', 'no-store')
  async page() {
    return pageOf(await this.statuses.read());
  }

  @Get('status.json')
  @Header('cache-control', 'no-store')
  @Header('x-content-type-options', 'nosniff')
  status() {
    return this.statuses.read();
  }

  @Get('openapi.json')
  documents() {
    return {
      items: this.statuses.services.map((service) => ({
        service,
        base: `/api/${service}`,
        document: `/api/${service}/openapi.json`,
      })),
    };
  }

  @Get('asyncapi.json')
  events() {
    return this.catalogue.document;
  }

  @All('api/:service')
  unknown(@Param('service') service: string): never {
    return this.refuse(service);
  }

  @All('api/:service/*')
  unknownBelow(@Param('service') service: string): never {
    return this.refuse(service);
  }

  private refuse(service: string): never {
    const known = this.statuses.services.join(', ');
    throw new DomainError('service_unknown', `There is no service ${service}; there are ${known}.`, 'absent');
  }
}
