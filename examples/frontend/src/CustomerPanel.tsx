import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { CUSTOMER, DEACTIVATE, REACTIVATE } from './documents';
import { Alert } from './fields';
import { MetadataForm } from './MetadataForm';
import { problemOf } from './problem';

/** One customer: what it is, whether it is active, its metadata. */
export function CustomerPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useQuery(CUSTOMER, { variables: { id }, fetchPolicy: 'cache-and-network' });
  const [deactivate] = useMutation(DEACTIVATE);
  const [reactivate] = useMutation(REACTIVATE);
  const [message, setMessage] = useState('');
  const customer = data?.expressCustomer;
  if (error) return <Alert>{problemOf(error).message}</Alert>;
  if (customer === null) return <Alert>There is no such customer.</Alert>;
  if (customer === undefined) return <p className="card">Loading</p>;

  async function toggle() {
    setMessage('');
    try {
      const variables = { input: { expressCustomerId: id, expectedVersion: customer!.version } };
      await (customer!.isActive ? deactivate({ variables }) : reactivate({ variables }));
    } catch (failure) {
      const problem = problemOf(failure);
      if (problem.code !== 'VERSION_CONFLICT') return setMessage(problem.message);
      await refetch();
      setMessage('Somebody changed this customer meanwhile. You see it as it is now; decide again.');
    }
  }

  return (
    <section aria-labelledby="customer-heading" className="card">
      <div className="row">
        <h2 id="customer-heading">{customer.expressCustomerName}</h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <dl>
        <dt>Id</dt>
        <dd>
          <code>{customer.id}</code>
        </dd>
        <dt>State</dt>
        <dd>{customer.isActive ? 'Active' : 'Inactive'}</dd>
        <dt>Version</dt>
        <dd data-testid="version">{customer.version}</dd>
        <dt>Users</dt>
        <dd>{customer.userCount}</dd>
        <dt>Changed</dt>
        <dd>
          <time dateTime={customer.updatedAt}>{new Date(customer.updatedAt).toLocaleString()}</time>
        </dd>
      </dl>
      <MetadataForm key={id} customer={customer} reload={async () => (await refetch()).data?.expressCustomer ?? null} />
      {message && <Alert>{message}</Alert>}
      <button type="button" className="quiet" onClick={() => void toggle()}>
        {customer.isActive ? 'Deactivate' : 'Reactivate'}
      </button>
    </section>
  );
}
