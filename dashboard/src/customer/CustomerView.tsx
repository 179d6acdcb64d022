import { useQuery } from '@apollo/client/react';
import { useRef, useState } from 'react';
import { CustomerDocument } from '../operations/documents.js';
import { Link } from '../shared/navigation.js';
import { problemOf } from '../shared/problem.js';
import { pathOf } from '../shared/routes.js';
import { ProblemAlert } from '../ui/Alert.js';
import { CopyAs } from '../ui/CopyAs.js';
import { Heading } from '../ui/Heading.js';
import { Time } from '../ui/Time.js';
import { Activation } from './Activation.js';
import type { Customer } from './customer.js';
import { EditForm } from './EditForm.js';
import { History } from './History.js';
import { useCustomerChanges } from './use-customer-changes.js';
import { Users } from './Users.js';

const CALLS = [
  ...['Customer', 'UpdateCustomer', 'DeactivateCustomer', 'ReactivateCustomer'],
  ...['CustomerUsers', 'AddUser', 'RemoveUser', 'CustomerHistory'],
];

function Metadata({ metadata }: { metadata: Record<string, string> }) {
  const pairs = Object.entries(metadata);
  return (
    <>
      <dt>Metadata</dt>
      <dd>
        {pairs.length === 0
          ? 'none'
          : pairs.map(([key, value]) => (
              <div key={key}>
                {key}: {value}
              </div>
            ))}
      </dd>
    </>
  );
}

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
      <dt>Reference</dt>
      <dd>{customer.externalReferenceId ?? 'none'}</dd>
      <Metadata metadata={customer.metadata} />
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

function Details({ customer }: { customer: Customer }) {
  const [isEditing, setEditing] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  // The form is gone, and with it the focus.
  function stopEditing() {
    setEditing(false);
    requestAnimationFrame(() => edit.current?.focus());
  }
  if (isEditing) return <EditForm customer={customer} onDone={stopEditing} />;
  return (
    <section className="card" aria-label="Details">
      <Facts customer={customer} />
      <div className="row start">
        <button type="button" ref={edit} onClick={() => setEditing(true)}>
          Edit
        </button>
        <Activation customer={customer} />
      </div>
    </section>
  );
}

/** One customer: what it is, who is in it, and what has happened to it. */
export function CustomerView({ id }: { id: string }) {
  const { data, error } = useQuery(CustomerDocument, { variables: { id }, fetchPolicy: 'cache-and-network' });
  const customer = data?.expressCustomer;
  useCustomerChanges(id, customer?.version);
  if (!customer)
    return (
      <section aria-labelledby="heading">
        <Heading>{customer === null ? 'There is no such customer' : 'Customer'}</Heading>
        {error && <ProblemAlert problem={problemOf(error)} />}
        <p>
          <Link to={pathOf('')}>All customers</Link>
        </p>
      </section>
    );
  return (
    <article aria-labelledby="heading">
      <Heading>{customer.expressCustomerName}</Heading>
      {error && <ProblemAlert problem={problemOf(error)} />}
      <div className="columns">
        <div>
          <Details customer={customer} />
          <Users customer={customer} />
        </div>
        <History id={id} />
      </div>
      <CopyAs names={CALLS} />
    </article>
  );
}
