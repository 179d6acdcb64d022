import type { FastifyRequest } from 'fastify';
import type { Services } from '../services.js';

/** What stands in an example where no key may be shown. */
export const KEY_PLACEHOLDER = '<your API key>';

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

const readHostname = ({ headers }: FastifyRequest): string => new URL(`http://${headers.host}`).hostname;

type KeySource = Pick<Services, 'demoToken'> & { config: Pick<Services['config'], 'host'> };

/** Gives the key that a page may show to the sender of a request: the demo key, or a placeholder. */
export type GetShownKey = (request: FastifyRequest) => string;

/**
 * The demo key may write, so it is shown only on this machine: where the service listens on loopback alone, and the page was
 * asked for by a loopback name. Another name may be a foreign site's that resolves to this machine (DNS rebinding). Nor is it
 * shown to a script of another origin: opening a page sends no `Origin`, reading one across origins does.
 */
export function showKeyOnLoopback({ config, demoToken }: KeySource): GetShownKey {
  const token = LOOPBACK_HOST.test(config.host) ? demoToken : null;
  return (request) => {
    const isShown = LOOPBACK_NAMES.has(readHostname(request)) && request.headers.origin === undefined;
    return isShown && token !== null ? token : KEY_PLACEHOLDER;
  };
}
