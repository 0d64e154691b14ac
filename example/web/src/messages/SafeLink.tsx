import type { ReactNode } from "react";

/** A link that nobody vouches for; its words alone where it has no address that can be opened. */
export function SafeLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (href === undefined || href === "") return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
