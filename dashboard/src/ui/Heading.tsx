import { useEffect, useRef, type ReactNode } from 'react';

/** The heading of a view. It takes the focus when the view appears, so that a screen reader says where one is. */
export function Heading({ children, title }: { children: ReactNode; title?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title ?? heading.current!.textContent} - Express customers`;
  }, [title, children]);
  useEffect(() => heading.current!.focus({ preventScroll: true }), []);
  return (
    <h1 id="heading" ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
