"""Calls a route of crypto-envelope:

  ENVELOPE_KID=2026-a ENVELOPE_KEY=<base64> python3 client.py default http://127.0.0.1:3000/v1/echo '{"str":"hello"}'
  ENVELOPE_KEY=<text>                       python3 client.py legacy  http://127.0.0.1:3000/getCode '{"str":"…","pwdstr":"…"}'

Python's standard library has no AES: this needs the package `cryptography` (pip install cryptography).
"""

import base64
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

try:
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    sys.exit("client.py needs the package cryptography: pip install cryptography")


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Gcm:
    """Profile `default`: the JSON envelope with AES-256-GCM."""

    def __init__(self, key, kid, url):
        self.aead = AESGCM(unb64url(key.rstrip("=").replace("+", "-").replace("/", "_")))
        self.kid = kid
        self.path = urllib.parse.urlsplit(url).path or "/"
        self.nonce = os.urandom(12)

    def associated(self, envelope, *rest):
        names = ("v", "alg", "kid", "ts", "nonce")
        fields = [str(envelope[name]) for name in names] + ["POST", self.path, *rest]
        return "\n".join(fields).encode()

    def seal(self, plaintext):
        envelope = {"v": 1, "alg": "A256GCM", "kid": self.kid, "ts": int(time.time() * 1000), "nonce": b64url(self.nonce)}
        sealed = self.aead.encrypt(self.nonce, plaintext.encode(), self.associated(envelope, "req"))
        return json.dumps({**envelope, "ct": b64url(sealed)})

    def open(self, answer):
        # The answer is bound to the nonce of the request: only the answer to this very request opens.
        associated = self.associated(answer, "res", b64url(self.nonce))
        return self.aead.decrypt(unb64url(answer["nonce"]), unb64url(answer["ct"]), associated).decode()


class Mysql:
    """Profile `legacy`: HEX(AES_ENCRYPT(json, key)) of MySQL."""

    def __init__(self, key, _kid, _url):
        folded = bytearray(16)
        for index, byte in enumerate(key.encode()):
            folded[index % 16] ^= byte
        self.cipher = Cipher(algorithms.AES(bytes(folded)), modes.ECB())

    def seal(self, plaintext):
        padder = padding.PKCS7(128).padder()
        encryptor = self.cipher.encryptor()
        padded = padder.update(plaintext.encode()) + padder.finalize()
        return (encryptor.update(padded) + encryptor.finalize()).hex()

    def open(self, answer):
        decryptor = self.cipher.decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        padded = decryptor.update(bytes.fromhex(answer)) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode()


def main():
    key = os.environ.get("ENVELOPE_KEY", "")
    envelopes = {"default": Gcm, "legacy": Mysql}
    if len(sys.argv) != 4 or sys.argv[1] not in envelopes or not key:
        sys.exit("usage: ENVELOPE_KEY=… [ENVELOPE_KID=…] python3 client.py default|legacy URL JSON")
    _, profile, url, plaintext = sys.argv
    envelope = envelopes[profile](key, os.environ.get("ENVELOPE_KID", ""), url)
    request = urllib.request.Request(url, envelope.seal(plaintext).encode(), {"Content-Type": "text/plain"})
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        sys.exit(f"refused: {error.read().decode()}")
    if answer["code"] != 200:
        sys.exit(f"refused: {json.dumps(answer)}")
    print(envelope.open(answer["data"]))


main()
