import type { ReactNode } from 'react';
import { Heading } from '../ui/Heading.js';

/** A page that only says something. */
export const Notice = ({ title, children }: { title: string; children: ReactNode }) => (
  <main id="content">
    <section className="card narrow" aria-labelledby="heading">
      <Heading>{title}</Heading>
      <p>{children}</p>
    </section>
  </main>
);

/** For the small window of another page, and for an address that was opened a second time. */
export const DoneNotice = () => (
  <Notice title="This window is done">
    The page that asked for the sign-in has its answer. Close this window, or{' '}
    <a href="/customers">go to the customers</a>.
  </Notice>
);
