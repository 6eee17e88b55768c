// An OpenID Connect provider on a free port of this machine: prints its issuer, and serves until
// its input ends. Anybody signs in by any name; the groups of a name are in the file that is the
// first argument, read anew at each sign-in. The second is LinkHub's redirect address.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [file, redirectUri] = process.argv.slice(2);

function findAccount(_context, id) {
  const of = JSON.parse(readFileSync(file, 'utf8'))[id] ?? {};
  const claims = () => ({ sub: `sub-of-${id}`, preferred_username: id, ...of });
  return { accountId: id, claims };
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'linkhub',
        client_secret: 'a-secret-of-tests',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    cookies: { keys: ['tests'] },
    findAccount,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.resume().on('end', () => process.exit(0));
