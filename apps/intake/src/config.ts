import { baseConfig } from '@tierline/service';
import type { z } from 'zod';

/** Intake has no variables beyond those of every service. */
export const intakeConfig = baseConfig;
export type IntakeConfig = z.infer<typeof intakeConfig>;
