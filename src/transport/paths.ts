/** Every URL path that the service answers at, in one place. */
export const PATHS = {
  start: '/',
  favicon: '/favicon.ico',
  graphql: '/graphql',
  schema: '/schema.graphql',
  explorer: '/explorer',
  rest: '/v1/express',
  openapi: '/v1/openapi.json',
  reference: '/v1/docs',
  docs: '/docs',
  dashboard: '/customers',
  assets: '/assets',
  live: '/livez',
  ready: '/readyz',
} as const;
