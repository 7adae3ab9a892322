// What is yours to write in lesson 06. net/frame.hh is the contract: the values, the faults and
// what each reader promises. The check begins with the two numbers; IPv6's extension headers come last.
//
// One rule stands over all of them: nothing is read behind the end of the span, whatever the bytes
// say. Ask how many there are before you look at one.

// Write this: the number in the two bytes from `at` on, in network byte order.
std::uint16_t two_bytes(Bytes, std::size_t) {
    return 0;
}

// Write this: the same for four bytes.
std::uint32_t four_bytes(Bytes, std::size_t) {
    return 0;
}

// Write this: destination (6 bytes), source (6), type (2). While the type says that a VLAN tag
// follows (kEtherVlan, kEtherServiceVlan, kEtherOldServiceVlan), two bytes of tag and the type of
// what is behind it: 3 bits priority, 1 bit drop eligible, 12 bits number. At most kMostVlanTags
// are read. Less than 14 bytes are cut, and no header. A tag that is not all there is cut, too: the
// header has what was read, and there is no payload. A type of 1500 or less is the length of the
// payload.
Reading<EthernetHeader> read_ethernet(Bytes) {
    return {.fault = Fault::cut};
}

// Write this: the header of RFC 791, section 3.1. First the version, of which one byte is enough.
// From 20 bytes on there is a header, also if options or payload are cut. The IHL says, in units of
// four bytes, where the payload begins; what is between byte 20 and there are the options. The
// total length says where the payload ends, if the span does not end sooner: that is cut. An IHL
// below 5, and a total length below the header, are bad_length: no options, no payload. The
// fragment's offset is counted in units of eight bytes.
Reading<Ipv4Header> read_ipv4(Bytes) {
    return {.fault = Fault::cut};
}

// Write this: the header of RFC 8200, section 3, of 40 bytes, and then its extension headers, as
// long as the next one is of a kind that says how long it is (net/frame.hh has the list). Each
// begins with the number of what follows it, then its length:
//     fragment (section 4.5)          8 bytes, its second byte means nothing
//     authentication (RFC 4302)       (second byte + 2) times 4
//     the others                      (second byte + 1) times 8
// At most kMostExtensions are read. Behind a fragment header whose offset is not zero is no header:
// stop there. One that does not end within the packet is a fault: cut if the packet is cut,
// bad_length if all of it is there. Then `protocol` is its number, and there is no payload.
Reading<Ipv6Header> read_ipv6(Bytes) {
    return {.fault = Fault::cut};
}

// Write this: the header of RFC 9293, section 3.1, from 20 bytes on. The data offset says, in units
// of four bytes, where the payload begins. Below 5 it is bad_length; options that are cut are cut.
Reading<TcpHeader> read_tcp(Bytes) {
    return {.fault = Fault::cut};
}

// Write this: the header of RFC 768, from 8 bytes on. The length counts them, too, so below 8 it is
// bad_length. Beyond the span it is cut: the payload is what is there.
Reading<UdpHeader> read_udp(Bytes) {
    return {.fault = Fault::cut};
}
