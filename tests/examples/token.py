# Signs a token for a user, as your site would: python3 token.py site.key alice
import base64, hmac, json, sys, time


def token(secret, claims):
    part = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=")
    text = part(b'{"alg":"HS256"}') + b"." + part(json.dumps({"exp": int(time.time()) + 300, **claims}).encode())
    return (text + b"." + part(hmac.digest(secret, text, "sha256"))).decode()


print(token(open(sys.argv[1], "rb").read().rstrip(b"\n"), {"sub": sys.argv[2]}))
