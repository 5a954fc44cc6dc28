import type { Failure } from '../api/failure.js';

export function FailureNote({ failure }: { readonly failure: Failure | null }) {
  if (failure === null) return null;
  const { code, headline, detail } = failure;
  return (
    <p role="alert" className="failure">
      {headline} <code>{code}</code>
      {detail !== null && <small>{detail}</small>}
    </p>
  );
}
