// The service as the documentation of type-graphql and TypeORM shows it: entity and type in one class, repository.save.
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { GraphQLJSON } from 'graphql-scalars';
import { Arg, buildSchema, Field, ID, InputType, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { Column, CreateDateColumn, DataSource, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import { MaxLength } from 'class-validator';

const { newId, clinicId, apiKeyId, port } = require('../common.js');

@ObjectType('ExpressCustomer')
@Entity({ name: 'express_customers' })
class ExpressCustomer {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid' })
  clinicId!: string;
  @Field(() => ID)
  @PrimaryColumn({ name: 'express_customer_id', type: 'text' })
  expressCustomerId!: string;
  @Field(() => String)
  @Column({ name: 'express_customer_name', type: 'text' })
  expressCustomerName!: string;
  @Column({ name: 'name_search', type: 'text' })
  nameSearch!: string;
  @Field(() => Boolean)
  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;
  @Field(() => Int)
  @Column({ name: 'user_count', type: 'integer', default: 0 })
  userCount!: number;
  @Field(() => GraphQLJSON)
  @Column({ type: 'jsonb' })
  metadata!: object;
  @Field(() => Int)
  @Column({ type: 'integer', default: 1 })
  version!: number;
  @Field(() => Date)
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
  @Field(() => Date)
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
  @Field(() => ID, { nullable: true })
  @Column({ name: 'created_by_api_key_id', type: 'uuid', nullable: true })
  createdByApiKeyId!: string | null;
  @Field(() => ID, { nullable: true })
  @Column({ name: 'created_by_user_id', type: 'text', nullable: true })
  createdByUserId!: string | null;
}

@ObjectType()
class ExpressCustomerConnection {
  @Field(() => [ExpressCustomer])
  nodes!: ExpressCustomer[];
}

@InputType()
class CreateExpressCustomerInput {
  @Field(() => String)
  @MaxLength(500)
  expressCustomerName!: string;
  @Field(() => GraphQLJSON, { nullable: true })
  metadata?: object;
}

const dataSource = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL!, entities: [ExpressCustomer] });
const customers = dataSource.getRepository(ExpressCustomer);

@Resolver(() => ExpressCustomer)
class ExpressCustomerResolver {
  @Query(() => ExpressCustomer, { nullable: true })
  expressCustomer(@Arg('expressCustomerId', () => ID) expressCustomerId: string) {
    return customers.findOneBy({ clinicId, expressCustomerId });
  }
  @Query(() => ExpressCustomerConnection)
  async expressCustomers(@Arg('first', () => Int, { defaultValue: 20 }) first: number) {
    return { nodes: await customers.find({ where: { clinicId }, order: { expressCustomerId: 'DESC' }, take: first }) };
  }
  @Mutation(() => ExpressCustomer)
  createExpressCustomer(@Arg('input', () => CreateExpressCustomerInput) input: CreateExpressCustomerInput) {
    const { expressCustomerName, metadata = {} } = input;
    const nameSearch = expressCustomerName.toLowerCase();
    const row = { clinicId, expressCustomerId: newId(), expressCustomerName, nameSearch, metadata };
    return customers.save(customers.create({ ...row, createdByApiKeyId: apiKeyId }));
  }
}

async function start() {
  await dataSource.initialize();
  const schema = await buildSchema({ resolvers: [ExpressCustomerResolver], validate: true });
  await startStandaloneServer(new ApolloServer({ schema }), { listen: { port, host: '127.0.0.1' } });
}
void start();
