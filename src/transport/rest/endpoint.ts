import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { restSchemas } from '../../customer/rest/openapi.js';
import { expressCustomerRoutes } from '../../customer/rest/express-customer.routes.js';
import { AppError } from '../../shared/app-error.js';
import { getContext } from '../context.js';
import { PATHS } from '../paths.js';
import { DESCRIPTION_OPTIONS } from './description.js';

// `/v1/express/` is the path of a customer whose id is empty: a client that forgot it must not get a list.
function requireCustomerId({ params }: FastifyRequest, _reply: FastifyReply, next: (error?: Error) => void): void {
  if ((params as { expressCustomerId?: string }).expressCustomerId !== '') return next();
  next(new AppError('NOT_FOUND', `The path has no customer id. The list is at ${PATHS.rest}.`));
}

/**
 * The published REST API below /v1/express and its OpenAPI description. The schemas only describe: input is validated once,
 * by the input classes, for both APIs.
 */
export async function restEndpoint(root: FastifyInstance): Promise<void> {
  await root.register(async (server) => {
    server.addHook('preValidation', requireCustomerId);
    server.setValidatorCompiler(() => () => true);
    server.setSerializerCompiler(() => (data) => JSON.stringify(data));
    await server.register(swagger, DESCRIPTION_OPTIONS);
    for (const [name, schema] of Object.entries(restSchemas())) server.addSchema({ $id: name, ...schema });
    await server.register(expressCustomerRoutes(getContext), { prefix: PATHS.rest });
    server.get(PATHS.openapi, { schema: { hide: true } }, async () => server.swagger());
  });
}
