// The numbers by which fixes become trips and stays. TRIPS.md says what each is for, what it cannot
// tell apart, and where it comes from; this is the only place where they stand.

#pragma once

#include <chrono>

#include "fix.hh"

namespace waymark::tracker::trip_rules {

constexpr UnixMillis in_ms(std::chrono::milliseconds time) {
    return time.count();
}

// A stay: so long within a square of so many metres. Slower than the one by the other (0.75 km/h)
// is no trip.
inline constexpr UnixMillis kMinimumStay = in_ms(std::chrono::minutes(8));
inline constexpr double kSquareM = 100;
// Its first and last fix are no farther from the middle of its first and last minutes: the way in
// and out is the trip's.
inline constexpr double kEdgeM = 25;

// Who left a place and came back was on a trip if it took so long and led so far from there. Less
// is the receiver's error.
inline constexpr UnixMillis kMinimumTrip = in_ms(std::chrono::minutes(3));
inline constexpr double kMinimumAwayM = 80;
// Two stays one after the other that are nearer are one.
inline constexpr double kSamePlaceM = 100;

// After so long without a fix, in another place, and slower than somebody walks: most of that time
// was not spent on the way, and nobody knows where it was.
inline constexpr UnixMillis kSilence = in_ms(std::chrono::minutes(30));
inline constexpr double kWalkingMps = 1;

// A single fix farther off than kSquareM is an error if the fixes before and after it are less than
// kMinimumTrip apart, and nearer to each other than this part of the way out.
inline constexpr double kJumpBack = 0.25;
// Of a phone that sends more often, the first fix in each of these decides.
inline constexpr UnixMillis kStep = in_ms(std::chrono::seconds(5));

}  // namespace waymark::tracker::trip_rules
