import type { FastifyDynamicSwaggerOptions, SwaggerTransformObject } from '@fastify/swagger';
import { version } from '../../../package.json';
import { addExamples, REST_TAG } from '../../customer/rest/openapi.js';

const ABOUT = `Express customers group users and studies of a clinic. Every answer is JSON, and every success has the status 200.

Send an API key as \`Authorization: Bearer avk_...\`. A failure names its \`code\`, which programs act on, and a \`requestId\`.
429 and 503 carry \`Retry-After\`. The header \`X-Request-Id\` of each answer is that of its line in the log.`;

const DESCRIPTION = {
  openapi: '3.1.0',
  info: {
    title: 'Avara Express customers',
    version,
    description: ABOUT,
    contact: { name: 'Avara Express customers' },
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'This service' }],
  tags: [REST_TAG],
  components: {
    securitySchemes: {
      apiKey: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'An API key (avk_...) or a token of your identity provider.',
      },
    },
  },
  security: [{ apiKey: [] }],
};

type Operation = Parameters<typeof addExamples>[0] & {
  requestBody?: { required?: boolean; content?: Record<string, { schema?: { required?: string[] } }> };
};

// The library marks every body as required; one without a required key may be left out.
function complete(operation: Operation): void {
  const { requestBody } = operation;
  if (requestBody) requestBody.required = requestBody.content?.['application/json']?.schema?.required !== undefined;
  addExamples(operation);
}

const completeOperations: SwaggerTransformObject = (document) => {
  if (!('openapiObject' in document)) return document.swaggerObject;
  for (const path of Object.values(document.openapiObject.paths ?? {}))
    for (const operation of Object.values(path as unknown as Record<string, Operation>)) complete(operation);
  return document.openapiObject;
};

/** How the description of the REST API is made from its routes: openapi.json is its text. */
export const DESCRIPTION_OPTIONS: FastifyDynamicSwaggerOptions = {
  openapi: DESCRIPTION,
  transformObject: completeOperations,
  refResolver: {
    buildLocalReference: ({ $id }, _base, _fragment, index) => (typeof $id === 'string' ? $id : `schema-${index}`),
  },
};
