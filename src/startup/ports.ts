import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config/config.js';
import { OperatorError } from '../shared/operator-error.js';

/** The service cannot listen where PORT and HOST, or METRICS_PORT and METRICS_HOST, say. */
export class ListenError extends OperatorError {}

type PortVariable = 'PORT' | 'METRICS_PORT';

const HOST_OF = { PORT: 'HOST', METRICS_PORT: 'METRICS_HOST' } as const;

function describe(code: string, variable: PortVariable, port: number, host: string): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken. Set ${variable} to another one, or stop the program that uses it.`;
    case 'EACCES':
      return `This user may not listen on port ${port}. Set ${variable} to a port above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `This machine does not have the address ${host}. Set ${HOST_OF[variable]} to one of its own, or to 0.0.0.0 for all.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `No address is known for the name ${host}. Set ${HOST_OF[variable]} to an address of this machine.`;
    default:
      return null;
  }
}

/** An error of listening as one that names the variable; any other error unchanged. */
export function explainListenError(error: unknown, variable: PortVariable, port: number, host: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const advice = describe(code, variable, port, host);
  return advice === null ? error : new ListenError(`${advice} (${message})`, { cause: error });
}

async function tryPort(variable: PortVariable, port: number, host: string): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    throw explainListenError(error, variable, port, host);
  } finally {
    server.close();
  }
}

/** Tries the ports before anything is made. @throws ListenError where the service could not listen. */
export async function requireFreePorts({ port, host, metricsPort, metricsHost }: Config): Promise<void> {
  await tryPort('PORT', port, host);
  if (metricsPort !== undefined) await tryPort('METRICS_PORT', metricsPort, metricsHost);
}
