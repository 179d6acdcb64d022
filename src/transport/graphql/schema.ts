import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { GraphQLSchema, isObjectType, parse, specifiedDirectives, type SchemaExtensionNode } from 'graphql';
import { buildSchemaSync, createResolversMap, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import {
  ExpressCustomerConnectionResolver,
  ExpressCustomerResolver,
} from '../../customer/graphql/express-customer.resolver.js';
import { ExpressCustomerMutationsResolver } from '../../customer/graphql/express-customer-mutations.resolver.js';
import { resolveReferences } from '../../customer/graphql/entities.resolver.js';
import { UserResolver } from '../../customer/graphql/user.resolver.js';
import type { RequestContext } from '../../identity/request-context.js';
import { validateInstance } from '../../shared/validation.js';

const FEDERATION = parse(`extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@shareable", "@tag", "@authenticated", "@requiresScopes", "@cost", "@listSize"]
  )`);

const resolvers: NonEmptyArray<new () => object> = [
  ExpressCustomerResolver,
  ExpressCustomerMutationsResolver,
  ExpressCustomerConnectionResolver,
  UserResolver,
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
  const linked = new GraphQLSchema({
    ...plain.toConfig(),
    extensionASTNodes: FEDERATION.definitions as SchemaExtensionNode[],
  });
  const text = `${printSchemaWithDirectives(linked)}\n`;
  const executable = buildSubgraphSchema({ typeDefs: parse(text), resolvers: buildResolvers(plain) as never });
  batchEntityResolution(executable);
  return { executable, text };
}

// type-graphql wraps every property in a resolver; graphql-js and plans read properties faster by themselves.
function buildResolvers(schema: GraphQLSchema): ReturnType<typeof createResolversMap> {
  const { queries, mutations, fieldResolvers } = getMetadataStorage();
  const resolved = new Set([...queries, ...mutations, ...fieldResolvers].map(({ schemaName }) => schemaName));
  const isResolved = (name: string) => name.startsWith('__') || resolved.has(name);
  const resolvers = createResolversMap(schema);
  for (const [type, of] of Object.entries(resolvers)) {
    if (!isObjectType(schema.getType(type))) continue;
    for (const name of Object.keys(of)) if (!isResolved(name)) Reflect.deleteProperty(of, name);
  }
  return resolvers;
}

// The library's own resolver loads representations one by one, and a single unknown one fails them all.
function batchEntityResolution(schema: GraphQLSchema): void {
  const entities = schema.getQueryType()!.getFields()._entities!;
  entities.resolve = (_source, { representations }: { representations: unknown[] }, context: RequestContext) =>
    resolveReferences(context, representations);
}
