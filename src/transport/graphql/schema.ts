import { filterSchema, printSchemaWithDirectives } from '@graphql-tools/utils';
import { isInterfaceType, isObjectType, specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { CreateExpressCustomerResolver } from '../../customer/graphql/create-express-customer.resolver.js';
import {
  ExpressCustomerConnectionResolver,
  ExpressCustomerResolver,
} from '../../customer/graphql/express-customer.resolver.js';
import { ExpressCustomerMutationsResolver } from '../../customer/graphql/express-customer-mutations.resolver.js';
import { resolveReferences } from '../../customer/graphql/entities.resolver.js';
import { NodeResolver } from '../../customer/graphql/node.resolver.js';
import { UpsertsResolver } from '../../customer/graphql/upserts.resolver.js';
import { UserResolver } from '../../customer/graphql/user.resolver.js';
import { ExpressApiKeysResolver } from '../../identity/graphql/express-api-keys.resolver.js';
import { validateInstance } from '../../shared/validation.js';
import { useDirectResolvers } from './direct-resolvers.js';
import { linkFederation, toSubgraph } from './federation.js';

const resolvers: NonEmptyArray<new () => object> = [
  ExpressCustomerResolver,
  CreateExpressCustomerResolver,
  ExpressCustomerMutationsResolver,
  UpsertsResolver,
  ExpressCustomerConnectionResolver,
  UserResolver,
  NodeResolver,
  ExpressApiKeysResolver,
];

export interface Schema {
  executable: GraphQLSchema;
  /** As committed in schema.graphql: the federation link, then every type with its descriptions and directives. */
  text: string;
}

/** Builds the subgraph from the resolver classes. The same text is served to routers and printed to schema.graphql. */
export function buildSchema(): Schema {
  const plain = buildSchemaSync({
    resolvers,
    validateFn: validateInstance,
    skipCheck: true,
    directives: [...specifiedDirectives],
  });
  useDirectResolvers(plain);
  useTypeNames(plain);
  const text = `${printSchemaWithDirectives(linkFederation(leaveOutNodes(plain)))}\n`;
  return { executable: toSubgraph(plain, text, resolveReferences), text };
}

// Every subgraph with Relay clients has these fields, and no directive lets two of them compose (decision 0049).
const NODE_FIELDS = new Set(['node', 'nodes']);

const leaveOutNodes = (schema: GraphQLSchema): GraphQLSchema =>
  filterSchema({ schema, rootFieldFilter: (_operation, name) => !NODE_FIELDS.has(name) });

// type-graphql recognises objects by their classes; objects here are plain ones, and say their type where it is not known.
function useTypeNames(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type)) type.resolveType = ({ __typename }: { __typename: string }) => __typename;
    if (isObjectType(type)) type.isTypeOf = undefined;
  }
}
