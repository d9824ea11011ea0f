/**
 * A certificate of localhost and 127.0.0.1, valid until 2126, for servers of the tests. Nobody has signed it but its own key, which is
 * no secret. Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500`.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIURIq9kvXn2970RukU62VF5Mi/dMswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODIyMjg1MFoYDzIxMjYxMTA0
MjIyODUwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQWGzxdpUZt1Sy0cOH/+9Azm5sAPvQNSXiuU+TpVPwvhSEmb8v5A3iX
RdKymsDzROFz8HG9sIs+nZF/65h7ZnUKo28wbTAdBgNVHQ4EFgQUKJUAt3gnPoFE
kbUgBy1My4X89i0wHwYDVR0jBBgwFoAUKJUAt3gnPoFEkbUgBy1My4X89i0wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAOjtC/V8mf6bKgiWZnUj6QI7b5UzFT0cIaUiYQihJSkOAiEA
zis5UDaZy/6CAjaR86SIR3nVT7H+6KvsfDk+Hzvxypk=
-----END CERTIFICATE-----
`;
export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyD6/PFkna+5Dj+Oz
LG7+HIVRsg20d7hcpO15Jxy9P5ShRANCAAQWGzxdpUZt1Sy0cOH/+9Azm5sAPvQN
SXiuU+TpVPwvhSEmb8v5A3iXRdKymsDzROFz8HG9sIs+nZF/65h7ZnUK
-----END PRIVATE KEY-----
`;
