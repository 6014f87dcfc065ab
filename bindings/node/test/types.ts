/* Compiled, and not run: what a TypeScript program may write, and what it may not. */
import { Refused, SigletError, Status, TrustRoot, judge, libraryVersion, verify, type Expectations, type Verdict } from 'siglet';

async function use(): Promise<string> {
  const expected: Expectations = { identity: 'a', issuer: 'b', require: { 'build-trigger': 'push' }, signedAfter: new Date() };
  const trustedRoot: TrustRoot = TrustRoot.kept('public', { folder: '/var/lib/trust' });
  const verdict: Verdict = await verify('app.tar.gz', expected, { bundle: new Uint8Array(1), trustedRoot, allBundles: true });
  const other = await judge({ digest: 'sha256:00' }, { github: 'acme/app' });
  try {
    await verify(null, { key: 'PEM', statementOnly: true });
  } catch (error) {
    if (error instanceof Refused) return error.verdict.rule ?? '';
    if (error instanceof SigletError && error.status === Status.USAGE) return `${error.code} ${error.hint}`;
  }
  trustedRoot.close();
  const time: Date | null = verdict.time;
  // @ts-expect-error a name that is no expectation
  await judge('x', { identiy: 'a' });
  // @ts-expect-error a verdict does not change
  other.accepted = true;
  // @ts-expect-error made by shipped() and the others alone
  new TrustRoot();
  // @ts-expect-error nobody is expected
  await judge('x');
  return `${libraryVersion} ${time} ${other.accepted}`;
}
void use;
