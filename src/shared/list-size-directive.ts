import { Directive } from 'type-graphql';

const SDL = '@listSize(slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)';

/** Declares that a connection has `first` nodes and edges: the cost limits, here and in a router, count with it. */
export const SizedByFirst = (): MethodDecorator & PropertyDecorator => Directive(SDL);
