import { Directive } from 'type-graphql';

const SDL = '@listSize(slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)';

/** Says in the schema that a connection has `first` nodes and edges: what the limit of cost, here and in a router, reckons with. */
export const SizedByFirst = (): MethodDecorator & PropertyDecorator => Directive(SDL);
