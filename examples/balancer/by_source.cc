#include "by_source.hh"

#include <cmath>

namespace waymark::balancer {

namespace {

// FNV-1a over the bytes, and the finisher of MurmurHash3, which spreads the last bytes to all bits.
class Hash {
  public:
    void add(std::string_view bytes) {
        for (const char byte : bytes) add_byte(static_cast<unsigned char>(byte));
    }
    void add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            add_byte(static_cast<unsigned char>(number >> shift & 0xff));
    }
    std::uint64_t value() const {
        std::uint64_t mixed = state_;
        mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdU;
        mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53U;
        return mixed ^ mixed >> 33;
    }

  private:
    void add_byte(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001b3U; }

    std::uint64_t state_ = 0xcbf29ce484222325U;
};

// Above 0 and below 1, evenly spread.
double drawn(const Candidate& candidate, const net::NetworkKey& client) {
    Hash hash;
    hash.add(static_cast<std::uint64_t>(client.family));
    hash.add(static_cast<std::uint64_t>(client.interface));
    hash.add(client.bits);
    hash.add(candidate.name);
    // 52 bits and a half: with one more the highest would be rounded up to 1, whose lot is none.
    return (static_cast<double>(hash.value() >> 12) + 0.5) / 4503599627370496.0;  // 2 to the 52nd
}

// With -weight / ln(u) the greatest of several is each one with a chance in the measure of its
// weight.
double lot(const Candidate& candidate, const net::NetworkKey& client) {
    return -static_cast<double>(candidate.weight) / std::log(drawn(candidate, client));
}

}  // namespace

std::size_t BySource::choose(std::span<const Candidate> candidates, const net::NetworkKey& client) {
    std::size_t best = 0;
    double highest = 0;
    for (std::size_t place = 0; place < candidates.size(); ++place) {
        const double its_lot = lot(candidates[place], client);
        if (its_lot <= highest) continue;
        highest = its_lot;
        best = place;
    }
    return best;
}

}  // namespace waymark::balancer
