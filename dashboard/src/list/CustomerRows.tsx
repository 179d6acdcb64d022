import { Link } from '../shared/navigation.js';
import { pathOf } from '../shared/routes.js';
import type { CustomerRowFragment } from '../operations/documents.js';
import { Time } from '../ui/Time.js';

const describe = (metadata: Record<string, string>): string =>
  Object.entries(metadata)
    .map(([key, value]) => `${key}: ${value}`)
    .join(' · ');

function CustomerRow({ customer }: { customer: CustomerRowFragment }) {
  const { id, expressCustomerName, externalReferenceId, isActive, userCount, metadata, updatedAt } = customer;
  return (
    <li>
      <div>
        <Link to={pathOf(id)}>{expressCustomerName}</Link>
        {!isActive && <span className="badge">Deactivated</span>}
        <p className="muted clipped">{describe(metadata)}</p>
      </div>
      <p className="muted facts">
        {externalReferenceId && <span>Reference {externalReferenceId}</span>}
        <span>{userCount === 1 ? '1 user' : `${userCount} users`}</span>
        <span>
          Changed <Time at={updatedAt} />
        </span>
      </p>
    </li>
  );
}

/** Customers, each with a link to its view. */
export const CustomerRows = ({ customers }: { customers: readonly CustomerRowFragment[] }) => (
  <ul className="customers">
    {customers.map((customer) => (
      <CustomerRow key={customer.id} customer={customer} />
    ))}
  </ul>
);
