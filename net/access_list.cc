#include "net/access_list.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "daemon/error.hh"

namespace waymark::net {

// Reads one line word by word and knows the column of each, for the error.
class AccessList::LineParser {
  public:
    LineParser(std::string_view line, std::string_view name, std::size_t number)
        : line_(line.substr(0, line.find('#'))),
          name_(name),
          number_(number),
          line_end_(line.find('\n')) {
        if (line_.ends_with('\r')) line_.remove_suffix(1);
    }

    // Nothing for an empty line or a comment.
    std::optional<Rule> rule() {
        refuse_line_end();
        const std::string_view action = next_word();
        if (action.empty()) return {};
        Rule rule;
        if (action != "allow" && action != "deny")
            error(fmt::format("\"{}\" is neither allow nor deny", action));
        rule.access = action == "allow" ? Access::allow : Access::deny;
        const std::string_view network = next_word();
        if (network.empty()) error("a network is missing, such as 192.168.0.0/16, or all");
        if (network != "all") read_network(network, rule);
        rule.text = fmt::format("{} {}", action, network);
        const std::string_view extra = next_word();
        if (!extra.empty()) error(fmt::format("\"{}\" is one word too many", extra));
        return rule;
    }

  private:
    std::string_view next_word() {
        constexpr std::string_view kBlanks = " \t";
        word_at_ = std::min(line_.find_first_not_of(kBlanks, position_), line_.size());
        position_ = std::min(line_.find_first_of(kBlanks, word_at_), line_.size());
        return line_.substr(word_at_, position_ - word_at_);
    }

    // Only an entry of a list can have one. Behind a '#' no word would tell of it, and of two rules
    // one would be gone.
    void refuse_line_end() {
        if (line_end_ == std::string_view::npos) return;
        word_at_ = line_end_;
        error("a line end; each rule is an entry of its own");
    }

    // `text` is the network alone, "10.0.0.0/8": fills family, bits and bytes of `rule`.
    void read_network(std::string_view text, Rule& rule) const;

    [[noreturn]] void error(const std::string& what) const {
        throw daemon::UsageError(fmt::format("{}:{}:{}: {}", name_, number_, word_at_ + 1, what));
    }

    std::string_view line_;
    std::string_view name_;
    std::size_t number_;
    std::size_t line_end_;
    std::size_t position_ = 0;
    std::size_t word_at_ = 0;
};

//#region exercise-13
namespace {

constexpr unsigned kMappedBits = 96;  // what ::ffff:0:0/96 has before the IPv4 address

//#region masked
// The bits of byte number `index` that a mask of `bits` covers. Whole bytes first:
// shifting a 32-bit number by 32, as one shift would for /0, is undefined.
std::uint8_t mask_of_byte(std::size_t index, unsigned bits) {
    const auto before = static_cast<unsigned>(index) * 8;
    if (bits >= before + 8) return 0xff;                           //@ 1
    if (bits <= before) return 0;                                  //@ 2
    return static_cast<std::uint8_t>(0xff00U >> (bits - before));  //@ 3
}

// The address with every bit after the mask cleared.
std::array<std::uint8_t, 16> masked(std::span<const std::uint8_t> address, unsigned bits) {
    std::array<std::uint8_t, 16> result{};
    for (std::size_t i = 0; i < address.size(); ++i) result[i] = address[i] & mask_of_byte(i, bits);
    return result;
}
//#endregion masked

// Digits alone: "08", "+8" and " 8" are refused.
std::optional<unsigned> parse_mask(std::string_view text) {
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    const bool zero_first = text.size() > 1 && text.front() == '0';
    if (error != std::errc() || end != text.data() + text.size() || zero_first) return {};
    return bits;
}

}  // namespace

void AccessList::LineParser::read_network(std::string_view text, Rule& rule) const {
    const std::size_t slash = text.find('/');
    const std::string_view host = text.substr(0, slash);
    const auto address = Address::parse_ip(host);
    // A zone names an interface of this machine; a rule is about addresses.
    if (!address || host.find('%') != host.npos)
        error(
            fmt::format("\"{}\" is not an IP address; write it in full, such as 127.0.0.1, "
                        "without leading zeros, names or zones",
                        host));
    const auto longest = static_cast<unsigned>(address->ip_bytes().size() * 8);
    const auto bits = slash == text.npos ? longest : parse_mask(text.substr(slash + 1));
    if (!bits || *bits > longest)
        error(fmt::format("\"{}\" has no mask from /0 to /{}", text, longest));
    const auto network = masked(address->ip_bytes(), *bits);
    const Address right = Address::from_ip_bytes(std::span(network).first(longest / 8));
    if (!right.same_host(*address))
        error(fmt::format("\"{}\" has bits set beyond its mask; say {}/{} or {}", text,
                          right.host_text(), *bits, host));
    // A mapped network becomes the IPv4 network it stands for. Its mask covers the 96 bits before
    // it, or one of them would have been a bit beyond the mask.
    const Address plain = address->unmapped();
    rule.family = plain.family();
    rule.bits = plain.family() == address->family() ? *bits : *bits - kMappedBits;
    rule.bytes = masked(plain.ip_bytes(), rule.bits);
}

AccessList AccessList::parse(std::string_view text, Access otherwise, std::string_view name) {
    AccessList list(otherwise);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (auto rule = LineParser(text.substr(0, end), name, number).rule())
            list.rules_.push_back(std::move(*rule));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return list;
}

AccessList AccessList::parse(std::span<const std::string> rules, Access otherwise,
                             std::string_view name) {
    AccessList list(otherwise);
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (auto rule = LineParser(rules[i], name, i + 1).rule())
            list.rules_.push_back(std::move(*rule));
    return list;
}

//#region decide
bool AccessList::Rule::matches(const Address& unmapped_peer) const {
    if (family == AF_UNSPEC) return true;
    return family == unmapped_peer.family() && masked(unmapped_peer.ip_bytes(), bits) == bytes;
}

AccessList::Decision AccessList::decide(const Address& peer) const {
    const Address plain = peer.unmapped();  //@ 1
    for (const Rule& rule : rules_)
        if (rule.matches(plain)) return {rule.access, rule.text};  //@ 2
    return {otherwise_, "default"};  //@ 3
}
//#endregion decide

//#endregion exercise-13

}  // namespace waymark::net
