import { graphql } from './gql';

export const LIST = graphql(`
  query Customers($after: String, $filter: ExpressCustomerFilter) {
    expressCustomers(first: 20, after: $after, filter: $filter) {
      edges {
        node {
          id
          expressCustomerName
          isActive
          metadata
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`);

export const CUSTOMER = graphql(`
  query Customer($id: ID!) {
    expressCustomer(expressCustomerId: $id) {
      id
      expressCustomerName
      isActive
      userCount
      metadata
      version
      updatedAt
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

// What a change answers is what the page shows of the customer: the cache puts it everywhere by its id.
export const EDIT_METADATA = graphql(`
  mutation EditMetadata($input: EditExpressCustomerMetadataInput!) {
    editExpressCustomerMetadata(input: $input) {
      id
      metadata
      version
      updatedAt
    }
  }
`);

export const DEACTIVATE = graphql(`
  mutation Deactivate($input: DeactivateExpressCustomerInput!) {
    deactivateExpressCustomer(input: $input) {
      id
      isActive
      version
      updatedAt
    }
  }
`);

export const REACTIVATE = graphql(`
  mutation Reactivate($input: ReactivateExpressCustomerInput!) {
    reactivateExpressCustomer(input: $input) {
      id
      isActive
      version
      updatedAt
    }
  }
`);
