import { answerTooLarge } from '../../shared/concurrency/read-budget.js';
import { AppError, badUserInput, idempotencyKeyReused, serviceUnavailable } from '../../shared/app-error.js';
import { expressCustomerInactive, expressCustomerNotFound, versionConflict } from '../model/errors.js';
import { expressCustomerName } from '../model/rules.js';

const CUSTOMER_ID = 'cus_018d0b8f1a2c7d3e9f4a5b6c7d8e9f01';
const USER_ID = 'usr_1234567890abcdef1234567890abcdef';

const CUSTOMER = {
  expressCustomerId: CUSTOMER_ID,
  expressCustomerName: 'City Medical Center - Radiology Department',
  isActive: true,
  userCount: 15,
  metadata: { department: 'radiology', region: 'northeast' },
  createdAt: '2024-01-15T09:00:00.000Z',
  updatedAt: '2024-03-15T14:20:00.000Z',
  createdByApiKeyId: '550e8400-e29b-41d4-a716-446655440000',
};

const CREATED = { ...CUSTOMER, userCount: 0, updatedAt: CUSTOMER.createdAt };

const CURSOR = 'eyJrIjpbImN1c18wMThkMGI4ZjFhMmM3ZDNlOWY0YTViNmM3ZDhlOWYwMSJdfQ';

/** Values that stand in parameters, by name. */
export const PARAMETER_EXAMPLES: Record<string, unknown> = {
  expressCustomerId: CUSTOMER_ID,
  cursor: CURSOR,
  limit: 20,
  createdAfter: '2024-01-15T09:00:00.000Z',
  updatedAfter: '2024-01-15T09:00:00.000Z',
  orderBy: 'UPDATED_AT_ASC',
  expressCustomerName: 'medical',
  'idempotency-key': 'import-2024-01-15-line-7',
  'if-match': '"3"',
};

/** What is sent and what a success answers, by operationId. */
export const CALL_EXAMPLES: Record<string, { body?: object; answer: object }> = {
  createExpressCustomer: {
    body: { expressCustomerName: CUSTOMER.expressCustomerName, metadata: CUSTOMER.metadata },
    answer: CREATED,
  },
  expressCustomers: { answer: { expressCustomers: [CUSTOMER], cursor: CURSOR, hasMore: true } },
  expressCustomer: { answer: CUSTOMER },
  updateExpressCustomer: {
    body: { expressCustomerName: 'City Medical Center' },
    answer: { ...CUSTOMER, expressCustomerName: 'City Medical Center' },
  },
  deactivateExpressCustomer: { answer: { ...CUSTOMER, isActive: false } },
  reactivateExpressCustomer: { answer: CUSTOMER },
  addUserToExpressCustomer: { body: { userId: USER_ID }, answer: { success: true } },
  removeUserFromExpressCustomer: { body: { userId: USER_ID }, answer: { success: true } },
};

const REQUEST_ID = '7b0c5a52-1f0e-4b8e-9d55-3f2f3a1c9a10';

const bodyOf = ({ code, message, details }: AppError) => ({ code, message, ...details, requestId: REQUEST_ID });

const NAME_MISSING = badUserInput(
  expressCustomerName(undefined).map((fault) => ({ ...fault, path: ['expressCustomerName'] })),
);

const FAILURES: Record<number, AppError[]> = {
  400: [NAME_MISSING, answerTooLarge()],
  401: [new AppError('UNAUTHENTICATED', 'A valid credential is needed. Send it as "Authorization: Bearer avk_...".')],
  403: [new AppError('FORBIDDEN', 'The credential lacks the scope express:write.')],
  404: [expressCustomerNotFound()],
  409: [expressCustomerInactive()],
  412: [versionConflict(4)],
  413: [new AppError('PAYLOAD_TOO_LARGE', 'The body is too large.')],
  422: [idempotencyKeyReused()],
  429: [new AppError('RATE_LIMITED', 'Too many requests; try again in 7 s.', { retryAfter: 7 })],
  500: [
    new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side. Quote the requestId when you report it.'),
  ],
  503: [serviceUnavailable()],
};

/** What a failure answers, by status: for each of its codes one body, as OpenAPI's `examples`. */
export const FAILURE_EXAMPLES: ReadonlyMap<string, Record<string, { value: object }>> = new Map(
  Object.entries(FAILURES).map(([status, errors]) => [
    status,
    Object.fromEntries(errors.map((error) => [error.code, { value: bodyOf(error) }])),
  ]),
);

interface Media {
  example?: object;
  examples?: object;
}
interface Content {
  content?: Record<string, Media>;
}
interface Operation {
  operationId: string;
  parameters?: { name: string; example?: unknown }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

const mediaOf = ({ content }: Content): Media | undefined => content?.['application/json'];

/** Puts real values into the description of an operation: parameters, body, success, and each error by its status. */
export function addExamples({ operationId, parameters = [], requestBody, responses }: Operation): void {
  const { body, answer } = CALL_EXAMPLES[operationId]!;
  for (const parameter of parameters) parameter.example = PARAMETER_EXAMPLES[parameter.name];
  const sent = requestBody && mediaOf(requestBody);
  if (sent && body) sent.example = body;
  for (const [status, response] of Object.entries(responses)) {
    const media = mediaOf(response);
    if (!media) continue;
    const failures = FAILURE_EXAMPLES.get(status);
    if (failures) media.examples = failures;
    else media.example = answer;
  }
}
