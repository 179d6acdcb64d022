import { useQuery } from '@apollo/client/react';
import { Link } from '../shared/navigation.js';
import { pathOf } from '../shared/routes.js';
import { problemOf } from '../shared/problem.js';
import { CustomerDocument, type CustomerQuery } from '../operations/documents.js';
import { ProblemAlert } from '../ui/Alert.js';
import { CopyAs } from '../ui/CopyAs.js';
import { Heading } from '../ui/Heading.js';
import { Time } from '../ui/Time.js';

export type Customer = NonNullable<CustomerQuery['expressCustomer']>;

function Facts({ customer }: { customer: Customer }) {
  const { createdByApiKeyId, createdByUserId } = customer;
  return (
    <dl>
      <dt>Id</dt>
      <dd>
        <code>{customer.id}</code>
      </dd>
      <dt>State</dt>
      <dd>{customer.isActive ? 'Active' : 'Deactivated'}</dd>
      <dt>Version</dt>
      <dd>{customer.version}</dd>
      <dt>Created</dt>
      <dd>
        <Time at={customer.createdAt} /> by {createdByApiKeyId ? 'API key ' : 'user '}
        <code>{createdByApiKeyId ?? createdByUserId}</code>
      </dd>
      <dt>Changed</dt>
      <dd>
        <Time at={customer.updatedAt} />
      </dd>
    </dl>
  );
}

/** One customer. */
export function CustomerView({ id }: { id: string }) {
  const { data, error } = useQuery(CustomerDocument, { variables: { id }, fetchPolicy: 'cache-and-network' });
  const customer = data?.expressCustomer;
  if (customer)
    return (
      <article aria-labelledby="heading">
        <Heading>{customer.expressCustomerName}</Heading>
        <Facts customer={customer} />
        <CopyAs names={['Customer']} />
      </article>
    );
  return (
    <section aria-labelledby="heading">
      <Heading>{customer === null ? 'There is no such customer' : 'Customer'}</Heading>
      {error && <ProblemAlert problem={problemOf(error)} />}
      <p>
        <Link to={pathOf('')}>All customers</Link>
      </p>
    </section>
  );
}
