import { host, port } from 'envalid';

/** The variables that say where the service listens. */
export const ADDRESS_VARIABLES = {
  PORT: port({ default: 4000 }),
  HOST: host({ default: '127.0.0.1' }),
  METRICS_PORT: port({ default: undefined }),
  METRICS_HOST: host({ default: undefined }),
};

export interface Addresses {
  port: number;
  host: string;
  /** Where Prometheus scrapes metrics; unset: there are none. */
  metricsPort: number | undefined;
  metricsHost: string;
}

interface AddressVariables {
  PORT: number;
  HOST: string;
  METRICS_PORT: number | undefined;
  METRICS_HOST: string | undefined;
}

export const toAddresses = ({ PORT, HOST, METRICS_PORT, METRICS_HOST }: AddressVariables): Addresses => ({
  port: PORT,
  host: HOST,
  metricsPort: METRICS_PORT,
  metricsHost: METRICS_HOST ?? HOST,
});

export const findPortFaults = ({ PORT = '4000', METRICS_PORT }: NodeJS.ProcessEnv): string[] =>
  METRICS_PORT !== undefined && Number(METRICS_PORT) === Number(PORT)
    ? ['METRICS_PORT: another port than PORT is expected']
    : [];
