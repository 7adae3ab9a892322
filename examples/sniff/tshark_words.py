"""What tshark says of the frames of a file, put into the words of sniff: two programs that share no line
of code, and one of them is read by the whole world."""

import subprocess

# Of each frame, in this order. Of fields that occur twice (in a packet that an ICMP error quotes) the first counts.
FIELDS = ["eth.src", "eth.dst", "eth.type", "vlan.id", "vlan.etype", "ieee8021ad.id",
          "arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.proto_ipv4",
          "ip.src", "ip.dst", "ip.ttl", "ip.proto", "ip.hdr_len", "ip.id", "ip.frag_offset", "ip.flags.mf",
          "ipv6.src", "ipv6.dst", "ipv6.hlim", "ipv6.nxt", "ipv6.hopopts.nxt", "ipv6.routing.nxt", "ipv6.dstopts.nxt",
          "ipv6.fraghdr.nxt", "ah.next_header", "ipv6.fraghdr.ident", "ipv6.fraghdr.offset", "ipv6.fraghdr.more",
          "icmp.type", "icmp.code", "icmp.ident", "icmp.seq", "icmpv6.type", "icmpv6.code", "icmpv6.echo.identifier",
          "icmpv6.echo.sequence_number",
          "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value",
          "udp.srcport", "udp.dstport", "udp.length"]
# Pieces are to be shown as they are, and bad numbers not to be guessed at.
SETTINGS = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.analyze_sequence_numbers:FALSE"]
FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]
ICMP = {0: "echo reply", 3: "destination unreachable", 8: "echo request"}
ICMPV6 = {128: "echo request", 129: "echo reply", 135: "neighbour solicitation"}
EXTENSIONS = {0: "ipv6.hopopts.nxt", 43: "ipv6.routing.nxt", 44: "ipv6.fraghdr.nxt", 51: "ah.next_header",
              60: "ipv6.dstopts.nxt"}


def number(text):
    return {"True": 1, "False": 0}.get(text) if text in ("True", "False") else int(text, 0)


def piece(identification, offset, more):
    if not offset and not more:
        return ""
    return f", piece of {identification:#x} from byte {offset}, {'more follow' if more else 'the last'}"


def link_line(of):
    tags = of("ieee8021ad.id", every=True) + of("vlan.id", every=True)
    types = of("eth.type", every=True) + of("vlan.etype", every=True)
    return (f"Ethernet {of('eth.src')} > {of('eth.dst')}" + "".join(f", vlan {tag}" for tag in tags) +
            f", type {number(types[-1]):#06x}")


def arp_line(of):
    sender = f"{of('arp.src.proto_ipv4')} ({of('arp.src.hw_mac')})"
    if number(of("arp.opcode")) == 1:
        return f"ARP request, {sender} asks for {of('arp.dst.proto_ipv4')}"
    return f"ARP reply, {sender} to {of('arp.dst.proto_ipv4')}"


def ipv4_line(of):
    options = number(of("ip.hdr_len")) - 20
    return (f"IPv4 {of('ip.src')} > {of('ip.dst')}, ttl {of('ip.ttl')}, protocol {of('ip.proto')}" +
            (f", options {options} bytes" if options else "") +
            piece(number(of("ip.id")), 8 * number(of("ip.frag_offset")), number(of("ip.flags.mf"))))


def ipv6_line(of):
    chain, following = [], number(of("ipv6.nxt"))
    in_the_middle = False
    while following in EXTENSIONS and not in_the_middle:
        chain.append(following)
        in_the_middle = following == 44 and of("ipv6.fraghdr.offset") != "0"
        following = number(of(EXTENSIONS[following]))
    in_pieces = piece(number(of("ipv6.fraghdr.ident")), 8 * number(of("ipv6.fraghdr.offset")),
                      number(of("ipv6.fraghdr.more"))) if 44 in chain else ""
    return (f"IPv6 {of('ipv6.src')} > {of('ipv6.dst')}, hop limit {of('ipv6.hlim')}" +
            (f", extensions {' '.join(map(str, chain))}" if chain else "") + f", protocol {following}" + in_pieces)


def icmp_line(of, name, names, identifier, sequence):
    kind = number(of(f"{name.lower()}.type"))
    if names[kind].startswith("echo"):
        return f"{name} {names[kind]}, id {number(of(identifier))}, sequence {number(of(sequence))}"
    return f"{name} {names[kind]}, code {of(f'{name.lower()}.code')}"


def tcp_line(of):
    flags = number(of("tcp.flags"))
    names = "".join(f" {name}" for bit, name in enumerate(FLAGS) if flags >> bit & 1)
    return (f"TCP {of('tcp.srcport')} > {of('tcp.dstport')},{names + ',' if names else ''} seq {of('tcp.seq_raw')}, "
            f"ack {of('tcp.ack_raw')}, window {of('tcp.window_size_value')}")


def lines_of(of):
    if of("eth.src"):
        yield link_line(of)
    if of("arp.opcode"):
        yield arp_line(of)
    if of("ip.src"):
        yield ipv4_line(of)
    if of("ipv6.src"):
        yield ipv6_line(of)
    if of("icmp.type"):
        yield icmp_line(of, "ICMP", ICMP, "icmp.ident", "icmp.seq")
    elif of("icmpv6.type"):
        yield icmp_line(of, "ICMPv6", ICMPV6, "icmpv6.echo.identifier", "icmpv6.echo.sequence_number")
    elif of("tcp.srcport"):
        yield tcp_line(of)
    elif of("udp.srcport"):
        yield f"UDP {of('udp.srcport')} > {of('udp.dstport')}, {of('udp.length')} bytes"


def headers_by_tshark(path):
    """A list of lines for each frame."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=|", "-E", "occurrence=a"]
    command += [word for field in FIELDS for word in ("-e", field)]
    command += [word for setting in SETTINGS for word in ("-o", setting)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    frames = []
    for line in done.stdout.splitlines():
        fields = dict(zip(FIELDS, line.split("|")))

        def of(name, every=False, fields=fields):
            found = fields[name].split(",") if fields[name] else []
            return found if every else (found[0] if found else "")
        frames.append(list(lines_of(of)))
    return frames
