"""Frames that are put together here, and files of them: what sniff and tshark are both given to read."""

import struct

ETHERNET = bytes.fromhex("020000000002" "020000000001")
V4_SOURCE, V4_DESTINATION = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
V6_SOURCE = bytes.fromhex("20010db8000000000000000000000001")
V6_DESTINATION = bytes.fromhex("20010db80000000000000000000000ff")
LINK_ETHERNET, LINK_RAW, LINK_COOKED = 1, 101, 113  # numbers of the files, not of the headers
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58


def ethernet(kind, payload, tags=(), pad=True):
    """A frame; `tags` are (kind, VLAN). Short ones are padded as a card would do it."""
    for tag_kind, vlan in reversed(tags):
        payload = struct.pack("!HH", vlan, kind) + payload
        kind = tag_kind
    frame = ETHERNET + struct.pack("!H", kind) + payload
    return frame.ljust(60, b"\0") if pad else frame


def ipv4(protocol, payload, options=b"", offset=0, more=False, ttl=64):
    fragment = offset // 8 | (0x2000 if more else 0)
    length = 20 + len(options)
    return struct.pack("!BBHHHBBH", 0x40 | length // 4, 0, length + len(payload), 0x1234, fragment, ttl, protocol,
                       0) + V4_SOURCE + V4_DESTINATION + options + payload


def ipv6(first, payload, hop_limit=64):
    return struct.pack("!IHBB", 0x60012345, len(payload), first, hop_limit) + V6_SOURCE + V6_DESTINATION + payload


def extension(following, length=0):
    """Hop-by-hop or destination options: one option that fills it (PadN)."""
    return bytes([following, length, 1, 4 + 8 * length]) + bytes(4 + 8 * length)


def routing(following):
    return bytes([following, 2, 4, 0]) + bytes(20)  # segment routing, none left


def fragment(following, offset, more):
    return bytes([following, 0]) + struct.pack("!HI", offset | more, 0xabcd)


def authentication(following):
    return bytes([following, 4, 0, 0]) + struct.pack("!II", 1, 1) + bytes(12)


def tcp(flags, payload=b"", options=b"", ports=(40000, 80)):
    return struct.pack("!HHIIBBHHH", *ports, 0xfffffffe, 0x01020304, (20 + len(options)) // 4 << 4, flags, 64000, 0,
                       0) + options + payload


def udp(payload, ports=(40000, 5555)):
    return struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload


def arp(operation):
    return (bytes.fromhex("000108000604") + struct.pack("!H", operation) + ETHERNET[6:] + V4_SOURCE +
            bytes(6) + V4_DESTINATION)


def echo(kind, payload=b"abcdefgh"):
    return struct.pack("!BBHHH", kind, 0, 0, 0x4321, 7) + payload


def well_formed():
    """Frames of Ethernet with each header that net/frame reads, in many shapes."""
    mss = bytes.fromhex("020405b4") + bytes.fromhex("01030307")
    segment, datagram = tcp(0x18, b"GET / HTTP/1.0\r\n\r\n", mss), udp(b"hello")
    yield from (ethernet(0x0806, arp(operation)) for operation in (1, 2))
    yield from (ethernet(0x0800, ipv4(TCP, tcp(flags))) for flags in (0x02, 0x12, 0x10, 0x11, 0x04, 0x29, 0xc2, 0))
    yield ethernet(0x0800, ipv4(TCP, segment))
    yield ethernet(0x0800, ipv4(UDP, datagram, ttl=1))
    for words in range(1, 11):
        yield ethernet(0x0800, ipv4(UDP, datagram, options=b"\x01" * (4 * words)))
    yield from (ethernet(0x0800, ipv4(ICMP, echo(kind))) for kind in (8, 0))
    yield ethernet(0x0800, ipv4(ICMP, struct.pack("!BBHI", 3, 1, 0, 0) + ipv4(UDP, datagram)))
    yield ethernet(0x0800, ipv4(253, bytes(20)))
    yield ethernet(0x0800, ipv4(UDP, datagram), tags=[(0x8100, 7)])
    yield ethernet(0x0800, ipv4(TCP, segment), tags=[(0x88a8, 0x6064), (0x8100, 0xb00a)])
    yield ethernet(0x86dd, ipv6(TCP, segment), tags=[(0x8100, 4095)])
    yield ethernet(0x86dd, ipv6(UDP, datagram, hop_limit=255))
    yield from (ethernet(0x86dd, ipv6(ICMPV6, echo(kind))) for kind in (128, 129))
    yield ethernet(0x86dd, ipv6(ICMPV6, struct.pack("!BBHI", 135, 0, 0, 0) + V6_DESTINATION))
    yield ethernet(0x86dd, ipv6(0, extension(UDP) + datagram))
    yield ethernet(0x86dd, ipv6(0, extension(43) + routing(60) + extension(TCP, 2) + segment))
    yield ethernet(0x86dd, ipv6(51, authentication(UDP) + datagram))
    yield ethernet(0x86dd, ipv6(60, extension(59) + b"not a header"))
    # In pieces, of both families. The second piece begins with what looks like a header.
    long = udp(bytes(1024))
    yield ethernet(0x0800, ipv4(UDP, long[:512], more=True))
    yield ethernet(0x0800, ipv4(UDP, segment + long[512:768], offset=512, more=True))
    yield ethernet(0x0800, ipv4(UDP, long[768:], offset=768))
    yield ethernet(0x86dd, ipv6(0, extension(44) + fragment(UDP, 0, 1) + long[:512]))
    yield ethernet(0x86dd, ipv6(44, fragment(60, 512, 0) + extension(TCP) + segment))


def pcap(frames, link=LINK_ETHERNET, longest=262144):
    """A file of frames; of a longer one only the first bytes are kept."""
    records = [struct.pack("<IIII", 1000 + number, number, min(len(frame), longest), len(frame)) + frame[:longest]
               for number, frame in enumerate(frames)]
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, longest, link) + b"".join(records)


def pcapng(frames, link=LINK_ETHERNET):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))

    head = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack("<HHI", link, 0, 0))
    return head + b"".join(block(6, struct.pack("<IIIII", 0, 0, number, len(frame), len(frame)) + frame)
                           for number, frame in enumerate(frames))
