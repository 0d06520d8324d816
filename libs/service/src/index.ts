export {
  WrongConfiguration,
  baseConfig,
  doorConfig,
  messagingVariables,
  readConfig,
  serviceVariables,
  type BaseConfig,
  type DoorConfig,
} from './config.ts';
export { Answers, AnswersAlike, type AsJson } from './answers.ts';
export { Allow, AllowAnyone, By, IdempotencyKey, SeenSequence } from './door.ts';
export { Figures } from './figures.ts';
export { bodyLimit, createHttpApp, fieldsOf, serveOpenApi } from './http-app.ts';
export { createLog } from './logs.ts';
export { Health, OperationsController } from './operations.ts';
export { InvalidInput, NotAllowed, ProblemFilter } from './problems.ts';
export { Refuses } from './refusals.ts';
export { Rounds } from './rounds.ts';
export { serveUntilSignal, type Stoppable } from './process.ts';
export { runService, startService, type RunningService, type ServiceDescription } from './start-service.ts';
