import { requiresScope } from '../../identity/graphql/requires-scope.js';

/** Marks a field in the schema as one that needs `express:read`. */
export const ReadsExpress = (): MethodDecorator & PropertyDecorator => requiresScope('express:read');

/** Marks a field in the schema as one that needs `express:write`. */
export const WritesExpress = (): MethodDecorator & PropertyDecorator => requiresScope('express:write');
