#!/usr/bin/env python3
# Makes the seeds of each target, and a list of them for libFuzzer.
"""usage: make_seeds.py <folder of the seeds> <folder of what was found>"""
import base64
import hashlib
import hmac
import json
import shutil
import struct
import sys
import zlib
from pathlib import Path


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


# --- HTTP: the first byte is the size of the pieces, 0 for all at once

def http():
    post = b"POST /api/v1/conversations/7/messages HTTP/1.1\r\nHost: x\r\n"
    get = b"GET /api/v1/users/me?limit=5&after=%41+b HTTP/1.1\r\nHost: x\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
    for piece in (0, 1, 7):
        head = bytes([piece])
        yield head + get + b"\r\n"
        yield head + get + b"\r\n" + post + b"Content-Length: 5\r\n\r\nhello" + get + b"\r\n"
        yield head + post + chunks + get + b"Connection: close\r\n\r\n"
        yield head + post + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\nbody" + get + b"\r\n"
    for more in (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                 b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nTrailer: y\r\n\r\n", b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n",
                 b"Content-Length : 1\r\n\r\na", b"Content-Length: +1\r\n\r\na", b"Content-Length: 1\r\n\r\nGET / HTTP/1.1\r\n",
                 b"A: b\r\n folded\r\nContent-Length: 1\r\n\r\nx", b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n"):
        yield b"\0" + post + more + get + b"\r\n"
    yield b"\0HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get + b"\r\n"
    yield b"\0" + get + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"


# --- WebSocket: how, in which pieces, and frames as (first byte, size, payload) or as bytes

def frame(first, payload, mask=b"\1\2\3\4"):
    size = len(payload)
    head = bytes([first, 0x80 | size]) if size < 126 else bytes([first, 0x80 | 126]) + struct.pack(">H", size)
    return head + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(payload))


def deflated(text):
    zip = zlib.compressobj(wbits=-12)
    return (zip.compress(text) + zip.flush(zlib.Z_SYNC_FLUSH))[:-4]


def websocket():
    scenes = [[(0x81, b"hello")], [(0x01, b"one "), (0x89, b"p"), (0x00, b"two "), (0x80, b"three")], [(0x81, "Grüße 👋".encode())],
              [(0x01, "ü".encode()[:1]), (0x80, "ü".encode()[1:])], [(0x81, b"\xc3\x28")], [(0x82, b"bin")], [(0x88, b"\x03\xe8bye")],
              [(0x88, b"")], [(0x88, b"\x03")], [(0x88, b"\x03\xed")], [(0x8a, b""), (0x81, b"x")], [(0xc1, deflated(b"squeezed " * 20))],
              [(0x41, deflated(b"in parts ")), (0x80, b"")], [(0xc1, deflated(b"z" * 100000))], [(0x01, b"a"), (0x81, b"b")], [(0x80, b"x")],
              [(0x81, b"x" * 200), (0x81, b"y" * 126), (0x81, b"")]]
    for scene in scenes:
        for how in (0, 1):
            for piece in (0, 3):
                yield bytes([how | 2, piece]) + b"".join(bytes([first, len(text)]) + text for first, text in scene if len(text) < 256)
                yield bytes([how, piece]) + b"".join(frame(first, text) for first, text in scene)
    yield bytes([0, 0]) + b"\x81\xff\0\0\0\0\x04\0\0\0\0\0\0\0"
    yield bytes([0, 0]) + b"\x81\x05hello"
    yield bytes([0, 0]) + b"\x81\xfe\0\x01\0\0\0\0x"


def commands():
    yield b'{"id":"7","command":"message.send","data":{"conversation":"81","text":"Hello","client_key":"k1","reply_to":"5","data":{"a":[1,2.5,-0,1e300]}}}'
    yield b'{"id":"8","command":"conversation.create","data":{"kind":"channel","name":"Lobby","members":["1","2"],"visibility":"open"}}'
    yield b'{"id":"9","command":"message.list","data":{"conversation":"81","before":9223372036854775807,"limit":200}}'
    yield b'{"id":"a","command":"read.mark","data":{"conversation":"81","seq":-1}}'
    yield b'{"id":"b","command":"ban.set","data":{"conversation":"81","user":"3","until":"2030-01-31T09:30:00Z","reason":"\\u00fc\\ud83d\\ude00"}}'
    yield b'{"id":"c","command":"user.me","data":{}}'
    yield b'{"a":18446744073709551615,"b":-9223372036854775808,"c":1.7976931348623157e308,"d":5e-324,"e":[[[[[[[[[[[[[[]]]]]]]]]]]]]]}'
    yield b'{"id":"d","command":"account.create","data":{"username":"ann","role":"member","password":"x","extra":null}}'
    for name in ("session.create", "role.create", "member.add", "conversation.change", "membership.change", "message.edit", "typing.start", "log.read"):
        yield json.dumps({"id": "1", "command": name, "data": {"conversation": "1", "user": "2", "message": "3", "limit": 1, "since": 0, "text": "x"}}).encode()


def tokens():
    secret = b"thirty-two bytes or a few more of them"

    def token(header, claims):
        text = b64(json.dumps(header).encode()) + b"." + b64(json.dumps(claims).encode())
        return text + b"." + b64(hmac.new(secret, text, hashlib.sha256).digest())

    claims = {"iss": "https://issuer.example", "aud": "parley", "sub": "7", "exp": 1800000300, "nonce": "n", "azp": "parley"}
    for header in ({"alg": "HS256"}, {"alg": "none"}, {"alg": "RS256", "kid": "../../a"}, {"alg": "ES256"}, {"alg": "EdDSA", "typ": "JWT"}, {"alg": "HS256", "jku": "https://x"}):
        yield b"\0" + token(header, claims)
    yield b"\0" + token({"alg": "HS256"}, {**claims, "exp": 1})
    for more in ({}, {"aud": ["a", "parley"]}, {"exp": 1e12, "nbf": 0.5, "iat": 1800000000}, {"at_hash": "ypeBEsobvcr6wjGzmiPcTQ"}):
        yield b"\1" + json.dumps({**claims, **more}).encode()
    yield b"\2" + json.dumps({"kty": "oct", "k": b64(secret).decode(), "kid": "a"}).encode()
    yield b'\2{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"sig"},{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}'
    yield b'\2{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp","e":"AQAB"}'
    yield b"\2-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"
    name = b64(bytes(range(16))).decode()
    mark = b64(hmac.new(bytes.fromhex("5" * 64), f"7.{name}.2000".encode(), hashlib.sha256).digest()).decode()
    yield b"\3" + f"{name}.2000.{mark}".encode()
    yield b"\0041234567890"
    yield b"\0042030-01-31T09:30:00.123456789+01:00"


def configuration():
    yield b"\0server:\n  address: 127.0.0.1\n  port: 8080\n  trusted_proxies: [10.0.0.0/8, '::1']\ndatabase: {url: \"sqlite:parley.db\", readers: 4}\nlog:\n  level: info   # a comment\nwebsocket: {idle_timeout_seconds: 25, compression: true}\ntenant_defaults:\n  messages:\n    max_bytes: 4000\n"
    yield b"\1display_name: >\n  Folded\n  name\nhosts:\n  - acme.example\n  - \"[::1]\"\nmessages: {edit_window_seconds: -1}\n"
    yield b"\2description: |\n  Lines\nmessages:\n  max_graphemes: 100\n"
    yield b"\0plugins: {folders: [a], load: [reactions]}\ntenant_defaults: {plugins: {reactions: {}}}\nlimits: {}\n"
    yield b"\0a: &a [x, x]\nb: [*a, *a]\nc: !!binary aGk=\n---\nd: 1\n"
    yield b"\1sign_in: {providers: [{id: p, issuer: \"https://issuer.example\", client_id: c}]}\nrates: {}\n"
    yield b"\0" + b"[" * 100
    yield b"\0? {a: b}\n: c\n\"\\u0000\": 1\n"


def manifest():
    most = {"needs": [{"plugin": "attachments", "version": ">=1.0 <2"}], "storage": True, "files": True, "isolation": "process", "memory_mib": 64,
            "settings": {"most": {"type": "integer", "minimum": 0, "maximum": 9, "default": 0, "scope": "server", "reload": "live", "description": "D"}},
            "rules": [{"setting": "most", "at_least": "other.most"}], "permissions": [{"name": "some.use", "sentence": "S", "roles": ["member"]}],
            "hooks": [{"event": "message.send", "phase": "amend", "deadline_ms": 500, "after": ["a"], "on_failure": "hold", "security": True}],
            "changes": [{"change": "member.add"}], "hears": ["message.created"], "says": [{"type": "some.done", "sentence": "S", "data": {"type": "object"}}],
            "commands": ["some.do"], "operates": ["some.do"], "jobs": ["sweep"], "services": ["some.one/1"], "asks": ["two/1"], "metrics": ["made"],
            "kinds": [{"name": "some_kind", "sentence": "S", "writes": "members", "least_members": 1}], "message_types": [{"name": "some.type", "sentence": "S"}],
            "uses": ["user.me"], "permissions_used": ["messages.send"], "web": [{"slot": "message", "module": "piece.js"}]}
    for some in [most] + [{key: value} for key, value in most.items()]:
        yield b"\2" + json.dumps(some)[1:-1].encode()
    whole = {"format": 1, "manifest": {"id": "some", "version": "1.0.0", "abi": "1.0", "title": "T", "sentence": "S", "licence": "L", **most},
             "source": "id: some\n", "built": {"compiler": "any", "abi": "1.0", "odb": "2.5"}, "migrations": {"sqlite": {"0001_a.up.sql": "select 1;"}, "postgresql": {}}}
    text = json.dumps(whole).encode()
    yield b"\0" + text
    names = b"\0.parley_plugin\0.shstrtab\0"
    at, names_at = 64, 64 + len(text)
    table = names_at + len(names)
    elf = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 2) + text + names
    for name, kind, where, size in ((0, 0, 0, 0), (1, 1, at, len(text)), (16, 3, names_at, len(names))):
        elf += struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, where, size, 0, 0, 1, 0)
    yield b"\1" + elf


def rich_text():
    for text in ("*bold* **bold** _italic_ `code` @ann #lobby https://a.example/b?c=d.", "```js\nlet a;\n```\n> quote\n> more *b*\n",
                 "[label *b*](https://a.example) [x](javascript:alert(1)) [y](data:text/html,x)", "*" * 60, "[" * 60 + "](" * 30, "> " * 40 + "x",
                 "@ann@bob.@_ann_ mailto:ann@a.example", "👩‍👩‍👧‍👦 *köszönöm* \u202e x", "`` ` `` ``` not closed", "_a *b _c* d_ e*"):
        yield text.encode()


def multipart():
    body = (b"--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--\r\nworld\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
            b"filename=\"a \\\"b\\\".png\"\r\nContent-Type: image/png\r\n\r\n\r\n--cx\r\n--b--\r\nepilogue")
    for piece in (0, 6, 63):
        yield bytes([piece]) + b"multipart/form-data; boundary=b\n" + body
        yield bytes([piece]) + b'Multipart/Form-Data; charset=x; boundary="b"\npreamble\r\n' + body
    yield b"\2multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%41\r\n\r\n\r\n--b--"
    yield b"\2multipart/form-data; boundary=b\n--b--\r\n"


# --- pictures

def exif():
    def directory(at, entries):
        made, behind, end = struct.pack("<H", len(entries)), b"", at + 2 + len(entries) * 12 + 4
        for tag, kind, count, value in entries:
            made += struct.pack("<HHI", tag, kind, count)
            if len(value) <= 4:
                made += value.ljust(4, b"\0")
            else:
                made += struct.pack("<I", end + len(behind))
                behind += value
        return made + bytes(4) + behind

    def ratios(*all):
        return b"".join(struct.pack("<II", one, 1) for one in all)

    made = b"II*\0\x08\0\0\0" + directory(8, [(0x10f, 2, 7, b"Kamera\0"), (0x112, 3, 1, b"\6\0"), (0x8769, 4, 1, struct.pack("<I", 200)), (0x8825, 4, 1, struct.pack("<I", 400))])
    made = made.ljust(200, b"\0") + directory(200, [(0x829a, 5, 1, ratios(1)), (0x9003, 2, 20, b"2025:06:07 08:09:10\0")])
    return made.ljust(400, b"\0") + directory(400, [(1, 2, 2, b"N\0"), (2, 5, 3, ratios(48, 8, 15)), (3, 2, 2, b"W\0"), (4, 5, 3, ratios(11, 34, 30))])


def pictures():
    def segment(marker, text):
        return bytes([0xff, marker]) + struct.pack(">H", len(text) + 2) + text

    def chunk(name, text):
        return struct.pack(">I", len(text)) + name + text + b"sum!"

    def part(name, text):
        return name + struct.pack("<I", len(text)) + text + bytes(len(text) % 2)

    def box(name, inside):
        return struct.pack(">I", len(inside) + 8) + name + inside

    says = exif()
    yield says
    yield b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6" + bytes(6)
    yield b"\xff\xd8" + segment(0xe0, b"JFIF\0\1\1") + segment(0xe1, b"Exif\0\0" + says) + segment(0xfe, b"note") + segment(0xdb, b"table") + segment(0xda, b"x") + b"data\xff\0more\xff\xd9 behind"
    yield b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"1234567890123") + chunk(b"eXIf", says) + chunk(b"tEXt", b"Where\0Here") + chunk(b"IDAT", b"data") + chunk(b"IEND", b"") + b"behind"
    inside = part(b"VP8X", b"\x2c123456789") + part(b"VP8 ", b"pixels!") + part(b"EXIF", says) + part(b"XMP ", b"Here")
    yield b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WEBP" + inside
    yield b"GIF89a\1\0\1\0\x80\0\0abcdef\x21\xff\x0bXMP DataXMP\4Here\0\x2c\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0\x3bHere"
    yield box(b"ftyp", b"isom0000") + box(b"moov", box(b"mvhd", b"head") + box(b"trak", box(b"udta", b"Here")) + box(b"udta", box(b"\xa9xyz", b"+48.1+011.5/"))) + box(b"uuid", b"xmp") + box(b"mdat", b"pixels")

    def info(item, kind):
        return box(b"infe", b"\2\0\0\0" + struct.pack(">HH", item, 0) + kind + b"\0")

    def heic(at):
        item = struct.pack(">I", 6) + b"Exif\0\0" + says
        place = lambda number, where, size: struct.pack(">HHHII", number, 0, 1, where, size)
        places = box(b"iloc", b"\0\0\0\0\x44\0" + struct.pack(">H", 3) + place(1, at, 6) + place(2, at + 6, len(item)) + place(3, at + 6 + len(item), 4))
        infos = box(b"iinf", struct.pack(">IH", 0, 3) + info(1, b"hvc1") + info(2, b"Exif") + info(3, b"mime"))
        return box(b"ftyp", b"heic0000") + box(b"meta", bytes(4) + infos + places) + box(b"mdat", b"pixels" + item + b"Here")

    yield heic(heic(0).index(b"pixels"))
    yield box(b"JXL ", b"\r\n\x87\n") + box(b"Exif", bytes(4) + says) + box(b"jxlc", b"pixels")


def texts():
    for name in ("../../etc/passwd", "a\\b\\c.tar.gz", "-rf", ".hidden", "\u202egpj.exe", "x" * 300 + ".png", "CON", "é.jpg", "  ", "{tenant}/{model}/{category}/{date}", "{conversation}"):
        yield b"\0" + name.encode()
    for name in ("Ann", "ａｎｎ", "ann.b_c-d", "ﬁx", "Å", "a\tb", "köszönöm 👩‍👩‍👧‍👦", "\u200b"):
        yield b"\1" + name.encode()
    yield b"\2__Host-parley=abc; other=\"x\"; __Host-parley=def"
    yield b"\2for=192.0.2.60;proto=http;by=203.0.113.43, for=\"[2001:db8::1]:80\""
    yield b"\002198.51.100.7, 10.0.0.9, unknown"
    yield b"\3filename d29ybGQ=,is_confidential,type aW1hZ2UvcG5n"
    yield b"\3application/offset+octet-stream; charset=x"


def main(into, found):
    shutil.rmtree(into, ignore_errors=True)
    for make in (http, websocket, commands, tokens, configuration, manifest, rich_text, multipart, pictures, texts):
        folder = into / make.__name__
        folder.mkdir(parents=True)
        for number, seed in enumerate(make()):
            (folder / f"{number:03}").write_bytes(seed)
        kept = found / make.__name__
        for one in sorted(kept.iterdir()) if kept.is_dir() else []:
            shutil.copy(one, folder / f"found-{one.name}")
        (into / f"{make.__name__}.list").write_text(",".join(str(one) for one in sorted(folder.iterdir())))


main(Path(sys.argv[1]), Path(sys.argv[2]))
