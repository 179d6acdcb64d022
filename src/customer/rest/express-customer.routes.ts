import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../../identity/request-context.js';
import { badUserInput } from '../../shared/app-error.js';
import { parseInput } from '../../shared/validation.js';
import { DeactivateExpressCustomerInput, ReactivateExpressCustomerInput } from '../contract/activation.inputs.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { expressCustomerNotFound } from '../model/errors.js';
import { REST_TAG, restOperations } from './openapi.js';
import {
  parseIfMatch,
  withHeaderNames,
  withQueryNames,
  parseLimit,
  parseRetryCount,
  sendCustomer,
  toRestPage,
} from './rest-mapping.js';
import { ExpressCustomersArgs } from '../contract/express-customers.args.js';
import { ExpressCustomerOrder } from '../model/customer-list.js';
import { AddUserToExpressCustomerInput, RemoveUserFromExpressCustomerInput } from '../contract/membership.inputs.js';
import { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';
import type { Precondition } from '../use-cases/precondition.js';
import { noteBegunCreate, noteRefusedCreate } from './refused-create.js';
import * as useCases from '../use-cases/index.js';

type Call = FastifyRequest<{ Params: { expressCustomerId: string }; Querystring: Record<string, unknown> }>;

const getBody = ({ body }: Call): unknown => (body === undefined ? {} : body);

// A client library that is called without changes sends the text `null`.
const getChanges = (call: Call): unknown => getBody(call) ?? {};

const getRetryCount = ({ headers }: Call) => parseRetryCount(headers['x-stainless-retry-count'] as string | undefined);

function getPrecondition(call: Call): Precondition {
  const expectedVersion = parseIfMatch(call.headers['if-match']);
  return expectedVersion === undefined ? {} : { expectedVersion, retryCount: getRetryCount(call) };
}

// The published shape has no references: a body that names one is refused.
const NOT_IN_BODIES = { externalReferenceId: undefined };

// The customer is part of the URL, and its version of If-Match; the body has neither.
const buildTarget = ({ params }: Call, { expectedVersion }: Precondition) => ({
  expressCustomerId: params.expressCustomerId,
  expectedVersion,
});

async function createExpressCustomer(context: RequestContext, request: Call, reply: FastifyReply) {
  noteBegunCreate(request);
  const idempotencyKey = request.headers['idempotency-key'];
  const input = await withHeaderNames(async () =>
    parseInput(CreateExpressCustomerInput, getBody(request), { idempotencyKey, ...NOT_IN_BODIES }),
  );
  // With an idempotency key the count makes no difference.
  const retryCount = idempotencyKey === undefined ? (getRetryCount(request) ?? null) : null;
  const row = await useCases.createExpressCustomer(context, input, { retryCount });
  return sendCustomer(reply, row);
}

async function expressCustomer(context: RequestContext, request: Call, reply: FastifyReply) {
  const row = await useCases.expressCustomer(context, request.params.expressCustomerId);
  if (!row) throw expressCustomerNotFound();
  return sendCustomer(reply, row);
}

const LIST_PARAMETERS = new Set(['cursor', 'limit', 'expressCustomerName', 'createdAfter', 'updatedAfter', 'orderBy']);

function parseListArguments(query: Record<string, unknown>): ExpressCustomersArgs {
  const unknown = Object.keys(query).filter((name) => !LIST_PARAMETERS.has(name));
  if (unknown.length > 0) {
    throw badUserInput(
      unknown.map((name) => ({ path: [name.slice(0, 100)], code: 'UNKNOWN', message: 'There is no such parameter.' })),
    );
  }
  const { cursor: after, limit, expressCustomerName: nameContains, createdAfter, updatedAfter } = query;
  const filter = { nameContains, createdAfter, updatedAfter };
  const { orderBy = ExpressCustomerOrder.CREATED_AT_DESC } = query;
  return parseInput(ExpressCustomersArgs, { first: parseLimit(limit), after, filter, orderBy });
}

const expressCustomers = async (context: RequestContext, request: Call) =>
  toRestPage(await withQueryNames(async () => useCases.expressCustomers(context, parseListArguments(request.query))));

async function updateExpressCustomer(context: RequestContext, request: Call, reply: FastifyReply) {
  const precondition = getPrecondition(request);
  const input = parseInput(UpdateExpressCustomerInput, getChanges(request), {
    ...buildTarget(request, precondition),
    ...NOT_IN_BODIES,
  });
  return sendCustomer(reply, await useCases.updateExpressCustomer(context, input, precondition));
}

async function deactivateExpressCustomer(context: RequestContext, request: Call, reply: FastifyReply) {
  const precondition = getPrecondition(request);
  const input = parseInput(DeactivateExpressCustomerInput, getBody(request), buildTarget(request, precondition));
  return sendCustomer(reply, await useCases.deactivateExpressCustomer(context, input, precondition));
}

async function reactivateExpressCustomer(context: RequestContext, request: Call, reply: FastifyReply) {
  const precondition = getPrecondition(request);
  const input = parseInput(ReactivateExpressCustomerInput, getBody(request), buildTarget(request, precondition));
  return sendCustomer(reply, await useCases.reactivateExpressCustomer(context, input, precondition));
}

async function addUserToExpressCustomer(context: RequestContext, request: Call) {
  const { expressCustomerId } = request.params;
  const input = parseInput(AddUserToExpressCustomerInput, getBody(request), { expressCustomerId });
  await useCases.addUserToExpressCustomer(context, input, getPrecondition(request));
  return { success: true };
}

async function removeUserFromExpressCustomer(context: RequestContext, request: Call) {
  const { expressCustomerId } = request.params;
  const input = parseInput(RemoveUserFromExpressCustomerInput, getBody(request), { expressCustomerId });
  await useCases.removeUserFromExpressCustomer(context, input, getPrecondition(request));
  return { success: true };
}

/** The published REST calls: method, path below /v1/express, and the use case, whose name is the operationId. */
export const EXPRESS_CUSTOMER_ROUTES = [
  { method: 'POST', url: '', handler: createExpressCustomer },
  { method: 'GET', url: '', handler: expressCustomers },
  { method: 'GET', url: '/:expressCustomerId', handler: expressCustomer },
  { method: 'PATCH', url: '/:expressCustomerId', handler: updateExpressCustomer },
  { method: 'POST', url: '/:expressCustomerId/deactivate', handler: deactivateExpressCustomer },
  { method: 'POST', url: '/:expressCustomerId/reactivate', handler: reactivateExpressCustomer },
  { method: 'POST', url: '/:expressCustomerId/users', handler: addUserToExpressCustomer },
  { method: 'DELETE', url: '/:expressCustomerId/users', handler: removeUserFromExpressCustomer },
] as const;

/** The REST API as a Fastify plugin. `getContext` gives the caller's context of a request. */
export const expressCustomerRoutes =
  (getContext: (request: FastifyRequest) => RequestContext) =>
  async (server: FastifyInstance): Promise<void> => {
    const descriptions = restOperations();
    for (const { method, url, handler } of EXPRESS_CUSTOMER_ROUTES) {
      const operationId = handler.name;
      const schema = { operationId, tags: [REST_TAG.name], ...descriptions[operationId] };
      const config: object = { operationId };
      const noteRefusal = async (request: FastifyRequest, reply: FastifyReply) =>
        noteRefusedCreate(getContext(request), request, reply);
      server.route({
        ...{ method, url, config, schema },
        ...(handler === createExpressCustomer && { onSend: noteRefusal }),
        handler: async (request, reply) => handler(getContext(request), request as Call, reply),
      });
    }
  };
