/**
 * Adds the nonce of the page to every style element that its scripts create from now on. The editor and the
 * dialogs create style elements dynamically, so hashes are impossible, and they have no option for a nonce.
 */
export function allowOwnStyles(): void {
  const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  const createElement = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = createElement(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
