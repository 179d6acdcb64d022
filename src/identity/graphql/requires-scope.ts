import { Directive } from 'type-graphql';
import type { Scope } from '../actor.js';

/** Says in the schema which scope a field needs. It informs a router, which may reject early; the use case decides. */
export function requiresScope(scope: Scope): MethodDecorator & PropertyDecorator {
  return (target: object, property: string | symbol, descriptor?: PropertyDescriptor) => {
    for (const sdl of [`@requiresScopes(scopes: [["${scope}"]])`, '@authenticated']) {
      (Directive(sdl) as MethodDecorator)(target, property, descriptor as never);
    }
  };
}
