import { Directive } from 'type-graphql';

// These inform a router, which may reject early; authorisation is the first line of each use case.
function requiresScope(scope: string): MethodDecorator & PropertyDecorator {
  return (target: object, property: string | symbol, descriptor?: PropertyDescriptor) => {
    for (const sdl of [`@requiresScopes(scopes: [["${scope}"]])`, '@authenticated']) {
      (Directive(sdl) as MethodDecorator)(target, property, descriptor as never);
    }
  };
}

/** Marks a field in the schema as one that needs `express:read`. */
export const ReadsExpress = (): MethodDecorator & PropertyDecorator => requiresScope('express:read');

/** Marks a field in the schema as one that needs `express:write`. */
export const WritesExpress = (): MethodDecorator & PropertyDecorator => requiresScope('express:write');
