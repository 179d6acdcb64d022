// What all peers share: the pool, the same statements on the same table, and one plain schema over them.
const { randomBytes } = require('node:crypto');
const { Pool } = require('pg');

const clinicId = process.env.CLINIC_ID;
const apiKeyId = process.env.API_KEY_ID;
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

const newId = () => {
  const time = Date.now().toString(16).padStart(12, '0');
  return `cus_${time}7${randomBytes(10).toString('hex').slice(1)}`;
};

const COLUMNS = `express_customer_id AS "expressCustomerId", express_customer_name AS "expressCustomerName",
  is_active AS "isActive", user_count AS "userCount", metadata, version, created_at AS "createdAt",
  updated_at AS "updatedAt", created_by_api_key_id AS "createdByApiKeyId", created_by_user_id AS "createdByUserId"`;

const INSERT = `INSERT INTO express_customers
  (clinic_id, express_customer_id, express_customer_name, name_search, metadata, created_by_api_key_id)`;

const CREATE = `${INSERT} VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`;
const GET = `SELECT ${COLUMNS} FROM express_customers WHERE clinic_id = $1 AND express_customer_id = $2`;
const LIST = `SELECT ${COLUMNS} FROM express_customers WHERE clinic_id = $1 ORDER BY express_customer_id DESC LIMIT $2`;
const PAGE = `SELECT ${COLUMNS} FROM express_customers WHERE clinic_id = $1 AND express_customer_id < $3
  ORDER BY express_customer_id DESC LIMIT $2`;

async function create({ expressCustomerName, metadata }) {
  const values = [clinicId, newId(), expressCustomerName, expressCustomerName.toLowerCase(), metadata ?? {}, apiKeyId];
  return (await pool.query({ name: 'create', text: CREATE, values })).rows[0];
}
const get = async (id) => (await pool.query({ name: 'get', text: GET, values: [clinicId, id] })).rows[0] ?? null;
const list = async (first, after) => {
  const statement = after ? { name: 'page', text: PAGE } : { name: 'list', text: LIST };
  return (await pool.query({ ...statement, values: [clinicId, first, ...(after ? [after] : [])] })).rows;
};

const typeDefs = `
  scalar JSON
  scalar DateTime
  type ExpressCustomer {
    expressCustomerId: ID!
    expressCustomerName: String!
    isActive: Boolean!
    userCount: Int!
    metadata: JSON!
    version: Int!
    createdAt: DateTime!
    updatedAt: DateTime!
    createdByApiKeyId: ID
    createdByUserId: ID
  }
  type ExpressCustomerConnection { nodes: [ExpressCustomer!]! }
  input CreateExpressCustomerInput { expressCustomerName: String! metadata: JSON }
  type Query {
    expressCustomer(expressCustomerId: ID!): ExpressCustomer
    expressCustomers(first: Int! = 20, after: String): ExpressCustomerConnection!
  }
  type Mutation { createExpressCustomer(input: CreateExpressCustomerInput!): ExpressCustomer! }
`;

const resolvers = {
  Query: {
    expressCustomer: (_, { expressCustomerId }) => get(expressCustomerId),
    expressCustomers: async (_, { first, after }) => ({ nodes: await list(first, after) }),
  },
  Mutation: { createExpressCustomer: (_, { input }) => create(input) },
};

module.exports = {
  pool,
  newId,
  clinicId,
  apiKeyId,
  COLUMNS,
  INSERT,
  create,
  get,
  list,
  typeDefs,
  resolvers,
  port: Number(process.env.PORT),
};
