import { useSyncExternalStore, type MouseEvent, type ReactNode } from 'react';

const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
};

const getAddress = () => location.pathname + location.search;

/** The path and search of the page's address, as it changes. */
export const useAddress = (): URL => new URL(useSyncExternalStore(subscribe, getAddress), location.origin);

/** Goes to an address of this page without loading it again. `replace`: "back" does not lead to the one before. */
export function navigate(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', address);
  else {
    history.pushState(null, '', address);
    scrollTo(0, 0);
  }
  for (const listener of listeners) listener();
}

const isPlainClick = ({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent) =>
  button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;

interface LinkProps {
  to: string;
  className?: string;
  /** Whether it leads to the view that is shown. */
  isCurrent?: boolean;
  children: ReactNode;
}

/** A link to another view. A click with a modifier opens a tab, as on every link. */
export const Link = ({ to, className, isCurrent, children }: LinkProps) => (
  <a
    href={to}
    className={className}
    aria-current={isCurrent ? 'page' : undefined}
    onClick={(event) => {
      if (!isPlainClick(event)) return;
      event.preventDefault();
      navigate(to);
    }}
  >
    {children}
  </a>
);
