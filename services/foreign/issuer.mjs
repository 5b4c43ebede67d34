// An OpenID issuer on loopback whose access tokens are JWTs (RFC 9068) for the API; it signs in whoever gives a name.
import Provider from 'oidc-provider';
import { generateKeyPairSync } from 'node:crypto';

const port = Number(process.env.PORT);
const address = `http://127.0.0.1:${port}`;
const keys = ['RS256', 'ES256'].map((alg) => {
  const made = alg === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...made.privateKey.export({ format: 'jwk' }), kid: `foreign-${alg}`, use: 'sig', alg };
});

// The client's name says for which organization and audience its tokens are: "good", "other-organization", "other-audience".
const client = (name, alg = 'RS256') => ({
  client_id: name,
  client_secret: 'secret-of-a-loopback-test',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: alg,
});

const provider = new Provider(address, {
  jwks: { keys },
  clients: [client('good'), client('good-es256', 'ES256'), client('other-organization'), client('other-audience'), client('opaque')],
  features: {
    // Whoever gives a name is that; a test registers its own client (RFC 7591).
    devInteractions: { enabled: true },
    registration: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, found) => `urn:zhibu:${found.clientId}`,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, _resource, found) => ({
        scope: '',
        audience: found.clientId === 'other-audience' ? 'other-api' : 'zhibu-api',
        accessTokenTTL: 300,
        accessTokenFormat: found.clientId === 'opaque' ? 'opaque' : 'jwt',
        jwt: { sign: { alg: found.clientId === 'good-es256' ? 'ES256' : 'RS256' } },
      }),
    },
  },
  // Organization and subject, as a campus's own issuer would give them.
  extraTokenClaims: (_ctx, token) => ({
    organization: [token.clientId === 'other-organization' ? 'somewhere-else' : 'school-a'],
  }),
  clientBasedCORS: () => false,
});
provider.listen(port, '127.0.0.1');
