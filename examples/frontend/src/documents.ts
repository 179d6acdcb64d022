import { graphql } from './gql';

export const LIST = graphql(`
  query Customers {
    expressCustomers(first: 20) {
      nodes {
        id
        expressCustomerName
      }
    }
  }
`);

export const CREATE = graphql(`
  mutation CreateCustomer($input: CreateExpressCustomerInput!) {
    createExpressCustomer(input: $input) {
      id
      expressCustomerName
    }
  }
`);
