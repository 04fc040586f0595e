/** The `message` of the contract's error body. Other bodies, such as a proxy's page, are not shown. */
export function errorMessage(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    return typeof message === 'string' ? message : '';
  } catch {
    return '';
  }
}
