import { filterSchema, printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  specifiedDirectives,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { buildSchemaSync, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
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
import { linkFederation, toSubgraph } from './federation.js';

const resolvers: NonEmptyArray<new () => object> = [
  ExpressCustomerResolver,
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
  useDefaultResolvers(plain);
  useTypeNames(plain);
  const text = `${printSchemaWithDirectives(linkFederation(leaveOutNodes(plain)))}\n`;
  return { executable: toSubgraph(plain, text, resolveReferences), text };
}

// The types of introspection belong to graphql-js, for every schema of the process, and have resolvers that they need.
const isOwnObjectType = (type: GraphQLNamedType): type is GraphQLObjectType =>
  isObjectType(type) && !isIntrospectionType(type);

// type-graphql wraps every property in a resolver; graphql-js and plans read properties faster by themselves.
function useDefaultResolvers(schema: GraphQLSchema): void {
  const resolved = new Set(getMetadataStorage().fieldResolvers.map(({ schemaName }) => schemaName));
  const roots: unknown[] = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap()).filter(isOwnObjectType))
    if (!roots.includes(type))
      for (const field of Object.values(type.getFields())) if (!resolved.has(field.name)) delete field.resolve;
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
