import { baseConfig } from '@tierline/service';

export const config = baseConfig;
export type Config = (typeof config)['_output'];
