import { CreateView } from '../create/CreateView.js';
import { CustomerView } from '../customer/CustomerView.js';
import { KeysView } from '../keys/KeysView.js';
import { ListView } from '../list/ListView.js';
import { Heading } from '../ui/Heading.js';
import { Link, useAddress } from '../shared/navigation.js';
import { parseRoute, pathOf } from '../shared/routes.js';

const UnknownView = () => (
  <section className="card narrow" aria-labelledby="heading">
    <Heading>There is nothing here</Heading>
    <p>
      <Link to={pathOf('')}>All customers</Link>
    </p>
  </section>
);

/** The view of the page's address. */
export function Views() {
  const route = parseRoute(useAddress().pathname);
  switch (route.view) {
    case 'list':
      return <ListView />;
    case 'new':
      return <CreateView />;
    case 'keys':
      return <KeysView />;
    case 'customer':
      return <CustomerView key={route.id} id={route.id} />;
    default:
      return <UnknownView />;
  }
}
