// Deeds in a random order, done to the gate and to an obvious model of it (model.hh). The shortest
// row of deeds that makes a difference is told, step by step.

#include <doctest/doctest.h>

#include "model.hh"

using namespace waymark::course::check;

TEST_CASE("a row of deeds leaves the counts that it should") {
    step("two hundred rows of sixty deeds: enter, leave, move, new limits");
    if_it_crashes({kDrift});
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const std::vector<Deed> deeds = make_deeds(seed, 60);
        if (!first_difference(deeds)) continue;
        const std::vector<Deed> few = shortest(deeds);
        step("soft 2, hard 3, network 2; six slots without a place");
        for (const Deed& deed : few) step(in_words(deed));
        fail(*first_difference(few));
    }
    expect(true, "the counts", "as in the model", "", kDrift);
}
