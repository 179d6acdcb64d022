export { createExpressApiKey } from './create-express-api-key.js';
export { expressApiKey } from './express-api-key.js';
export { expressApiKeys } from './express-api-keys.js';
export { revokeExpressApiKey } from './revoke-express-api-key.js';
export { rotateExpressApiKey } from './rotate-express-api-key.js';
