"""The other side of tests/interop/cose.t: COSE_Sign1 by pycose and by cwt.

cose_peer.py sign   pycose|cwt KEY.pem FILE OUT attached|detached [AAD]
cose_peer.py verify pycose|cwt PUBLIC.pem MESSAGE [PAYLOAD [AAD]]
Exit status 0 when all went well, 1 when a signature does not verify.
"""
import hashlib
import sys

import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa


def load(path):
    data = open(path, "rb").read()
    if b"PRIVATE" in data:
        return serialization.load_pem_private_key(data, None)
    return serialization.load_pem_public_key(data)


def number(value):
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def algorithm_of(key):
    if isinstance(key, (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)):
        return {256: "ES256", 384: "ES384", 521: "ES512"}[key.curve.key_size]
    if isinstance(key, (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey)):
        return "EdDSA"
    return "PS256"


def pycose_key(key):
    from pycose.keys import EC2Key, OKPKey, RSAKey
    from pycose.keys.curves import Ed25519, P256, P384, P521
    private = hasattr(key, "sign")
    public = key.public_key() if private else key
    if isinstance(public, ec.EllipticCurvePublicKey):
        size = (key.curve.key_size + 7) // 8
        point = public.public_numbers()
        d = key.private_numbers().private_value.to_bytes(size, "big") if private else b""
        curve = {256: P256, 384: P384, 521: P521}[key.curve.key_size]
        return EC2Key(crv=curve, x=point.x.to_bytes(size, "big"), y=point.y.to_bytes(size, "big"), d=d)
    if isinstance(public, ed25519.Ed25519PublicKey):
        raw = serialization.Encoding.Raw
        d = key.private_bytes(raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()) if private else b""
        return OKPKey(crv=Ed25519, x=public.public_bytes(raw, serialization.PublicFormat.Raw), d=d)
    numbers = public.public_numbers()
    if not private:
        return RSAKey(n=number(numbers.n), e=number(numbers.e))
    p = key.private_numbers()
    return RSAKey(n=number(numbers.n), e=number(numbers.e), d=number(p.d), p=number(p.p), q=number(p.q), dp=number(p.dmp1),
                  dq=number(p.dmq1), qinv=number(p.iqmp))


def pycose_sign(key, payload, detached, aad):
    from pycose import algorithms, headers
    from pycose.messages import Sign1Message
    names = {"ES256": algorithms.Es256, "ES384": algorithms.Es384, "ES512": algorithms.Es512, "EdDSA": algorithms.EdDSA,
             "PS256": algorithms.Ps256}
    message = Sign1Message(phdr={headers.Algorithm: names[algorithm_of(key)]}, uhdr={headers.KID: b"peer"}, payload=payload,
                           external_aad=aad)
    message.key = pycose_key(key)
    encoded = message.encode()
    if detached:
        tag = cbor2.loads(encoded)
        tag.value[2] = None
        encoded = cbor2.dumps(tag)
    return encoded


def pycose_verify(key, encoded, aad):
    from pycose.messages import Sign1Message
    message = Sign1Message.decode(encoded)
    message.external_aad = aad
    message.key = pycose_key(key)
    return message.verify_signature()


def cwt_key(path, key, kid=b"peer"):
    from cwt import COSEKey
    return COSEKey.from_pem(open(path).read(), alg=algorithm_of(key), kid=kid)


def cwt_sign(path, key, payload, detached, aad):
    from cwt import COSE
    sender = COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True)
    encoded = sender.encode(payload, cwt_key(path, key), external_aad=aad)
    if detached:
        tag = cbor2.loads(encoded)
        value = list(tag.value)
        value[2] = None
        encoded = cbor2.dumps(cbor2.CBORTag(18, value))
    return encoded


def cwt_verify(path, key, encoded, aad):
    from cwt import COSE, VerifyError
    kid = cbor2.loads(cbor2.loads(encoded).value[0]).get(4, b"peer")
    try:
        COSE.new().decode(encoded, cwt_key(path, key, kid), external_aad=aad)
    except VerifyError:
        return False
    return True


def attach(encoded, payload):
    """The payload that is elsewhere into the message: peers differ in how they take it."""
    tag = cbor2.loads(encoded)
    value = list(tag.value)
    if value[2] is None:
        value[2] = payload
    return cbor2.dumps(cbor2.CBORTag(tag.tag, value))


def verify(peer, path, message, payload, aad):
    encoded = open(message, "rb").read()
    content = open(payload, "rb").read() if payload else None
    header = cbor2.loads(cbor2.loads(encoded).value[0])
    encoded = attach(encoded, content)
    # A hash envelope is about its file by the hash alone.
    if content is not None and cbor2.loads(encoded).value[2] not in (content, hashlib.sha256(content).digest()):
        return False
    if content is not None and 258 in header and header[258] != -16:
        return False
    key = load(path)
    return pycose_verify(key, encoded, aad) if peer == "pycose" else cwt_verify(path, key, encoded, aad)


def main():
    command, peer, path = sys.argv[1:4]
    aad = sys.argv[6 if command == "verify" else 7:]
    aad = aad[0].encode() if aad else b""
    if command == "verify":
        sys.exit(0 if verify(peer, path, sys.argv[4], sys.argv[5] if len(sys.argv) > 5 else None, aad) else 1)
    payload = open(sys.argv[4], "rb").read()
    key, detached = load(path), sys.argv[6] == "detached"
    encoded = pycose_sign(key, payload, detached, aad) if peer == "pycose" else cwt_sign(path, key, payload, detached, aad)
    open(sys.argv[5], "wb").write(encoded)


main()
