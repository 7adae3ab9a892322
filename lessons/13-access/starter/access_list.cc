// Write this: the network of a rule. `text` is an address, "192.0.2.1" or "2001:db8::1", or an
// address, a slash and the length of a mask, "192.0.2.0/24"; "all" does not come here. Fill family
// (AF_INET or AF_INET6), bits, and bytes of `rule`, which decide below, and nobody else, reads.
// error("what is wrong") throws with the place. Refused: what Address::parse_ip does not take, a zone
// (fe80::1%eth0), a mask that is no number from 0 to 32 or 128 in digits without a leading zero,
// and bits of the address that are set beyond the mask. A mapped network, ::ffff:10.0.0.0/104, is the
// IPv4 network that it stands for.
void AccessList::LineParser::read_network(std::string_view, Rule&) const {}

// Write this: the rules of `text`, one a line, in their order. LineParser(line, name, number).rule()
// reads one, and gives nothing for a line without a rule; lines are counted from 1. What it throws
// goes to the caller.
AccessList AccessList::parse(std::string_view, Access otherwise, std::string_view) {
    return AccessList(otherwise);
}

// Write this: the same, where each line is an entry of a list. An entry with a line end in it is refused: rule() does
// that, if it is handed the entry as it is.
AccessList AccessList::parse(std::span<const std::string>, Access otherwise, std::string_view) {
    return AccessList(otherwise);
}

// Write this: whether the rule speaks about this peer, which was unmapped before. Family AF_UNSPEC
// is "all", and speaks about everybody; otherwise the family must be the same, and so must the first
// `bits` bits of both addresses. Bits behind them do not count.
bool AccessList::Rule::matches(const Address&) const {
    return false;
}

// Write this: the verdict on `peer`, mapped or not: access and text of the first rule that matches,
// or otherwise_ and "default". The text lives as long as the list.
AccessList::Decision AccessList::decide(const Address&) const {
    return {otherwise_, ""};
}
