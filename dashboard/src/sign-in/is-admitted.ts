/** Whether the service accepts a token. Where it does not answer, the page itself shows that. */
export async function isAdmitted(token: string): Promise<boolean> {
  try {
    const { status } = await fetch('/v1/express?limit=1', { headers: { authorization: `Bearer ${token}` } });
    return status !== 401;
  } catch {
    return true;
  }
}
