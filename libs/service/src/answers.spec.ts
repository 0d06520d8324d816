import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Answers, AnswersAlike, withAnswers } from './answers.ts';

type Greeting = { text: string; at: Date };

@Controller('greetings')
class Greetings {
  @Get()
  @Answers({ items: [{ text: 'Good morning', at: '2026-01-05T08:00:00.000Z' }] })
  async list(): Promise<{ items: Greeting[] }> {
    return { items: [] };
  }

  @Post()
  @AnswersAlike<Greeting>({ text: 'Good evening', at: '2026-01-05T18:00:00.000Z' })
  say(): Greeting {
    return { text: '', at: new Date(0) };
  }
}

@Module({ controllers: [Greetings] })
class Greeters {}

it('an example stands in the answer that is no refusal, and nowhere else', async () => {
  const app = await NestFactory.create(Greeters, new FastifyAdapter(), { logger: false });
  const { paths } = withAnswers(SwaggerModule.createDocument(app, new DocumentBuilder().build()));
  const { get, post } = paths['/greetings']!;
  expect(get!.responses['200']).toMatchObject({
    content: { 'application/json': { example: { items: [{ text: 'Good morning' }] } } },
  });
  expect(post!.responses['201']).toMatchObject({
    content: { 'application/json': { example: { text: 'Good evening' } } },
  });
  expect(JSON.stringify(paths)).not.toContain('x-answer');
  await app.close();
});
